// `npm run build`: src -> dist, from scratch, so that a removed file never stays in the package.
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))

rmSync(resolve(root, 'dist'), { recursive: true, force: true })

const tsc = resolve(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})

// The compiler keeps the shebang but does not make the file executable.
if (status === 0) chmodSync(resolve(root, manifest.bin.podwire), 0o755)
else process.exitCode = 1
