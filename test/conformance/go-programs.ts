import { execFile, execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The programs below cmd/. */
export type GoProgram = 'server' | 'kubectl' | 'clientcmd'

/** For a `beforeAll` that builds: minutes for the first program on a new machine, a second or two ever after. */
export const buildTimeout = 20 * 60_000

const folder = import.meta.dirname
const cache = resolve(folder, '../../node_modules/.cache/conformance')

/**
 * Why there is no Go to build with, or `null`.
 * @throws {Error} the same in CI, where these tests must not be skipped
 */
export function missingGo(): string | null {
  const reason = goVersion() === null ? 'no go in PATH; get it from https://go.dev/dl/' : null
  if (reason !== null && process.env['CI'] === 'true') throw new Error(reason)
  return reason
}

function goVersion(): string | null {
  try {
    // Go 1.21 and later fetch the release that go.mod asks for by themselves.
    const output = execFileSync('go', ['version'], { encoding: 'utf8', timeout: 30_000 })
    const [version, major = '0', minor = '0'] = /go(\d+)\.(\d+)/.exec(output) ?? []
    return Number(major) > 1 || Number(minor) >= 21 ? (version ?? null) : null
  } catch {
    return null
  }
}

const paths = new Map<GoProgram, Promise<string>>()

/** The path of a program, which is built when its sources have changed; several processes may ask at the same time. */
export function goProgram(name: GoProgram): Promise<string> {
  const known = paths.get(name)
  if (known !== undefined) return known
  const path = findOrBuild(name)
  paths.set(name, path)
  return path
}

async function findOrBuild(name: GoProgram): Promise<string> {
  const place = join(cache, await contentHash())
  const path = join(place, process.platform === 'win32' ? `${name}.exe` : name)
  await mkdir(place, { recursive: true })
  while (!(await exists(path))) {
    const release = await takeLock(`${path}.lock`)
    if (release === null) {
      await sleep(250)
      continue
    }
    try {
      if (!(await exists(path))) await build(name, path)
      await forgetOld(place)
    } finally {
      await release()
    }
  }
  return path
}

/** Of everything that decides what is built. */
async function contentHash(): Promise<string> {
  const files = (await readdir(folder, { recursive: true }))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.go') || file === 'go.mod' || file === 'go.sum')
    .sort()
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of files) {
    const content = await readFile(join(folder, file))
    hash.update(`\n${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex').slice(0, 16)
}

async function build(name: GoProgram, path: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  const options = ['-buildvcs=false', '-mod=readonly', `-ldflags=-s -w ${await versionFlags()}`]
  try {
    await promisify(execFile)('go', ['build', ...options, '-o', temporary, `./cmd/${name}`], {
      cwd: folder,
      maxBuffer: Number.POSITIVE_INFINITY,
    })
    // Whoever finds the file finds all of it.
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Removes what has not been built for a week: a change leaves 130 MB behind. */
async function forgetOld(current: string): Promise<void> {
  const week = 7 * 24 * 60 * 60_000
  for (const name of await readdir(cache)) {
    const place = join(cache, name)
    const { mtimeMs } = await stat(place)
    if (place !== current && Date.now() - mtimeMs > week) await rm(place, { recursive: true })
  }
}

/** What a release's build says of itself: the Kubernetes version of the modules in go.mod. */
async function versionFlags(): Promise<string> {
  const goMod = await readFile(join(folder, 'go.mod'), 'utf8')
  const [, minor = '0', patch = '0'] = /k8s\.io\/kubectl v0\.(\d+)\.(\d+)/.exec(goMod) ?? []
  const values = { gitVersion: `v1.${minor}.${patch}`, gitMajor: '1', gitMinor: minor }
  return Object.entries(values)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ')
}

/** A function that releases the lock, or `null` when a living process has it. */
async function takeLock(path: string): Promise<(() => Promise<void>) | null> {
  try {
    const lock = await open(path, 'wx')
    await lock.writeFile(String(process.pid))
    await lock.close()
    return () => rm(path, { force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (await isStale(path)) await rm(path, { force: true })
    return null
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const [owner, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    if (owner === '') return Date.now() - mtimeMs > 5_000
    process.kill(Number(owner), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
