import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { run } from './child.ts'
import { root } from './tree.ts'

export interface Project {
  readonly folder: string
  write(name: string, text: string): void
  remove(): void
}

/**
 * Someone's project with podwire installed, as npm would lay it out, and of its dependencies those that are named:
 * outside the repository, so that nothing else can be found.
 */
export function createProject(packages: readonly string[]): Project {
  const folder = mkdtempSync(join(tmpdir(), 'podwire-project-'))
  const installed = (name: string) => resolve(folder, 'node_modules', name)
  mkdirSync(installed('podwire'), { recursive: true })
  unpack(installed('podwire'))
  for (const name of packages) {
    mkdirSync(dirname(installed(name)), { recursive: true })
    symlinkSync(resolve(root, 'node_modules', name), installed(name), 'junction')
  }
  return {
    folder,
    write: (name, text) => writeFileSync(resolve(folder, name), text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Packs the repository and unpacks the tarball. */
function unpack(target: string): void {
  const packed = run('npm', ['pack', '--silent', `--pack-destination=${target}`], root)
  const [tarball] = readdirSync(target)
  if (packed.code !== 0 || tarball === undefined) throw new Error(`npm pack: ${packed.stderr}`)
  const unpacked = run('tar', ['-xzf', tarball, '--strip-components=1'], target)
  if (unpacked.code !== 0) throw new Error(`tar: ${unpacked.stderr}`)
  rmSync(resolve(target, tarball))
}
