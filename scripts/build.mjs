// `npm run build`: src -> dist, from scratch, so that a removed file never stays in the package.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { bundle } from './bundle.mjs'
import { bundleDeclarations } from './declarations.mjs'

const root = resolve(import.meta.dirname, '..')
const dist = resolve(root, 'dist')
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))

rmSync(dist, { recursive: true, force: true })

const declarations = resolve(root, `node_modules/.cache/podwire/types-${process.pid}`)
const tsc = resolve(root, 'node_modules/typescript/bin/tsc')
const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', declarations]
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(1)

const types = Object.values(manifest.exports).flatMap((target) => target.types ?? [])
const entries = types.map((path) => resolve(root, path))
await bundleDeclarations(declarations, dist, entries)
rmSync(declarations, { recursive: true })

await bundle(root, dist, Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))

// The page stands beside the code that it uses, here as in the repository.
const site = resolve(root, 'docs/site')
mkdirSync(resolve(dist, 'site'))
for (const name of readdirSync(site)) {
  const content = readFileSync(resolve(site, name), 'utf8').replaceAll('../../dist/', '../')
  writeFileSync(resolve(dist, 'site', name), content)
}

// The shebang is kept, but it does not make the file executable.
for (const path of Object.values(manifest.bin)) chmodSync(resolve(root, path), 0o755)
