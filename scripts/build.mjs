// `npm run build`: src -> dist, from scratch, so that a removed file never stays in the package.
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { bundle } from './bundle.mjs'
import { bundleDeclarations } from './declarations.mjs'
import { bundlePage } from './page.mjs'

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

await bundlePage(resolve(root, 'docs/site'), resolve(dist, 'site'))

// The shebang is kept, but it does not make the file executable.
for (const path of Object.values(manifest.bin)) chmodSync(resolve(root, path), 0o755)
