import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { MainProcess } from '../support/main-process.ts'
import { terminalSuite } from '../support/terminal-suite.ts'
import { missingTmux, Tmux } from '../support/tmux.ts'

const missing = missingTmux()
const because = missing === null ? 'real terminals' : `skipped: ${missing}`

const program = fileURLToPath(new URL('../support/terminal-program.mjs', import.meta.url))

let server: TestServer
let folder: string
let tmux: Tmux
beforeEach(async () => {
  if (missing !== null) return
  folder = await mkdtemp(join(tmpdir(), 'podwire-terminal-'))
  server = await createTestServer()
  const kubeconfig = join(folder, 'config')
  await server.writeKubeconfig(kubeconfig)
  tmux = await Tmux.start({ KUBECONFIG: kubeconfig })
})
afterEach(async () => {
  await tmux?.close()
  await server?.close()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** Starts the program; its pid. What the terminal's modes are is kept for `expectRestored`. */
async function start(...command: string[]): Promise<number> {
  await tmux.enter(`stty -a >${folder}/before`)
  const words = [process.execPath, program, ...command].map((word) => `'${word}'`)
  await tmux.enter(words.join(' '))
  const screen = await tmux.until(/pid=\d+;/)
  return Number(/pid=(\d+);/.exec(screen)?.[1])
}

/** The terminal is as it was: its modes, and what is typed is seen. */
async function expectRestored(): Promise<void> {
  await tmux.enter(`clear; stty -a | cmp - ${folder}/before && echo un''changed`)
  await tmux.until('unchanged')
}

const shell = ['env', 'PS1=there$ ', 'sh']

describe.skipIf(missing !== null)(`a program with a terminal (${because})`, () => {
  it('has it back when the command has ended, and reads from it', async () => {
    await start(...shell)
    await tmux.until('there$')
    await tmux.enter('exit 3')
    await tmux.until('exit code 3')
    await tmux.enter('what is typed then')
    await tmux.until('read what is typed then')
    await expectRestored()
  })

  it.each<[string, NodeJS.Signals, RegExp]>([
    ['throws', 'SIGUSR2', /Error: crashed/],
    ['calls process.exit', 'SIGALRM', /here\$$/],
    ['is terminated', 'SIGTERM', /Terminated/],
    ['is hung up', 'SIGHUP', /Hangup/],
    ['is interrupted from elsewhere', 'SIGINT', /here\$$/],
  ])('has it back when it %s', async (_name, signal, words) => {
    const pid = await start(...shell)
    await tmux.until('there$')
    process.kill(pid, signal)
    await expect.poll(() => alive(pid)).toBe(false)
    await tmux.until(words)
    await expectRestored()
  })

  it('has it back when the server dies', async () => {
    await start(...shell)
    await tmux.until('there$')
    await server.close()
    await tmux.until(/ConnectionLostError/)
    await expectRestored()
  })

  it('has it back when it detaches', async () => {
    await start(...shell)
    await tmux.until('there$')
    await tmux.press('C-p', 'C-q')
    await tmux.until('exit code null')
    await tmux.enter('next')
    await tmux.until('read next')
    await expectRestored()
  })
})

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

terminalSuite({
  name: 'podwire at the test server',
  missing: null,
  start: async () => {
    const main = new MainProcess('sh')
    const container = { name: 'main', stdin: true, tty: true, attach: main.attach }
    const running = await createTestServer({
      pods: [
        { name: 'web-0', containers: [{ name: 'app' }] },
        { name: 'tty-0', containers: [container] },
      ],
    })
    const close = async () => {
      main.end()
      await running.close()
    }
    return { kubeconfig: running.kubeconfig, kill: () => running.close(), close }
  },
})
