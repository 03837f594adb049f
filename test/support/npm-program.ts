import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const cache = resolve(import.meta.dirname, '../../node_modules/.cache/programs')

export interface NpmProgram {
  /** Its path, when it is there. */
  readonly path: string
  /** Why it is not there. */
  readonly missing: string | null
}

/** A program of a package of the same name, which npm installs once, apart from this project's own dependencies. */
export function npmProgram(name: string, version: string): NpmProgram {
  const folder = join(cache, `${name}-${version}`)
  const path = join(folder, 'node_modules/.bin', name)
  const works = () => existsSync(path) && spawnSync(path, ['--version']).status === 0
  if (works()) return { path, missing: null }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{}')
  const options = ['--no-audit', '--no-fund', '--no-save', '--ignore-scripts=false']
  const npm = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
    ...{ cwd: folder, timeout: 120_000, encoding: 'utf8' },
  })
  const reason = npm.stderr?.trim().split('\n').at(-1)
  return { path, missing: works() ? null : `npm could not install ${name}: ${reason}` }
}
