import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { TestServer, TestServerOptions } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

export const cliMain = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A test server, a folder with its kubeconfig as HOME, and the built command to run against it. */
export class CliEnvironment {
  readonly server: TestServer
  readonly folder: string
  readonly env: Readonly<Record<string, string>>

  static async create(options: TestServerOptions): Promise<CliEnvironment> {
    if (!existsSync(cliMain)) throw new Error(`there is no ${cliMain}; build it: npm run build`)
    const server = await createTestServer(options)
    const folder = await mkdtemp(join(tmpdir(), 'podwire-cli-'))
    await server.writeKubeconfig(join(folder, 'config'))
    return new CliEnvironment(server, folder)
  }

  private constructor(server: TestServer, folder: string) {
    this.server = server
    this.folder = folder
    const path = `${folder}:${process.env['PATH']}`
    this.env = { PATH: path, HOME: folder, KUBECONFIG: join(folder, 'config'), LC_ALL: 'C.UTF-8' }
  }

  /** `podwire ARG…` to its end, with nothing to read. */
  podwire(...args: string[]): Promise<CliRun> {
    return this.run(process.execPath, cliMain, ...args)
  }

  async run(file: string, ...args: string[]): Promise<CliRun> {
    const { env, folder: cwd } = this
    const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ])
    return { code, stdout, stderr }
  }

  async close(): Promise<void> {
    await this.server.close()
    await rm(this.folder, { recursive: true })
  }
}
