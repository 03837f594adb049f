import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { programPath } from './shells.ts'
import { missingTmux, Tmux } from './tmux.ts'

/** A server with a pod web-0, in whose container app commands run, and a pod tty-0 with a shell on a terminal. */
export interface ServerUnderTest {
  readonly kubeconfig: string
  /** Ends all connections. */
  kill(): Promise<unknown>
  /** Lets nothing through any more, without ending a connection. */
  stall?(): Promise<void>
  close(): Promise<void>
}

export interface TerminalSuiteOptions {
  /** Part of the name of all tests. */
  readonly name: string
  /** Why there is no server; `null`: there is one. */
  readonly missing: string | null
  readonly start: () => Promise<ServerUnderTest>
  /** Whether it can stall. @default false */
  readonly stalls?: boolean
}

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
/** All but the size, which the tests change. */
const modes = "stty -a | sed 's/rows [0-9]*; columns [0-9]*;//'"
const shell = "exec -it web-0 -c app -- env 'PS1=there$ ' sh"

/** The command at a real terminal, as somebody sees it who sits in front. */
export function terminalSuite({
  name,
  missing: noServer,
  start,
  stalls,
}: TerminalSuiteOptions): void {
  const missing = noServer ?? missingTmux()
  let folder: string
  let server: ServerUnderTest
  let tmux: Tmux

  beforeEach(async () => {
    if (missing !== null) return
    folder = await mkdtemp(join(tmpdir(), 'podwire-terminal-'))
    server = await start()
    const kubeconfig = join(folder, 'config')
    await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 })
    tmux = await Tmux.start({ KUBECONFIG: kubeconfig })
    await tmux.enter(
      `podwire() { '${process.execPath}' '${main}' "$@"; }; ${modes} >${folder}/before; clear`,
    )
    await tmux.until(/^here\$$/)
  })
  afterEach(async () => {
    await tmux?.close()
    await server?.close()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  })

  /** The command has ended with that exit code, and the terminal is as it was. */
  async function expectEnd(code: number): Promise<void> {
    await tmux.until(/^here\$$/m)
    await tmux.enter(`echo "code=$?"; ${unchanged()}`)
    expect(await tmux.until('unchanged')).toContain(`code=${code}\n`)
  }
  const unchanged = () => `${modes} | cmp - ${folder}/before && echo un''changed`

  /** Behind Escape, what comes at once would be part of a key for vi. */
  async function leaveInsertion(): Promise<void> {
    await tmux.press('Escape')
    await tmux.until(/^- /m)
  }

  describe.skipIf(missing !== null)(
    `${name}${missing === null ? '' : ` (skipped: ${missing})`}`,
    () => {
      it('exec: a shell, its size, Ctrl-C, an exit code', async () => {
        await tmux.enter(`podwire ${shell}`)
        await tmux.until(/^there\$/m)
        await tmux.enter('tty; stty size; echo 4$((1+1))')
        expect(await tmux.until(/^42$/m)).toMatch(/^\/dev\/pts\/\d+\n24 80\n/m)
        await tmux.enter('echo sleeping; sleep 1000')
        await tmux.until(/^sleeping$/m)
        await tmux.press('C-c')
        await tmux.until(/\^C\nthere\$$/)
        await tmux.enter('exit 3')
        await tmux.until('command terminated with exit code 3')
        await expectEnd(3)
      })

      it('exec: Ctrl-D', async () => {
        await tmux.enter(`podwire ${shell}`)
        await tmux.until(/^there\$/m)
        await tmux.press('C-d')
        await expectEnd(0)
      })

      it('exec: the terminal is resized', async () => {
        const script = 'while :; do stty size; sleep 0.05; done'
        await tmux.enter(`podwire exec -it web-0 -c app -- sh -c '${script}'`)
        await tmux.until(/^24 80$/m)
        await tmux.resize(101, 31)
        await tmux.until(/^31 101$/m)
        await tmux.press('C-c')
        await tmux.until('command terminated with exit code 130')
        await expectEnd(130)
      })

      it('exec: an editor', async (context) => {
        context.skip(programPath('busybox') === null, 'no busybox in PATH, whose vi it is')
        const file = join(folder, 'text')
        await tmux.enter(`podwire exec -it web-0 -c app -- busybox vi ${file}`)
        await tmux.until(/^~$/m)
        await tmux.type('ione two')
        await tmux.until(/^one two\n(~\n)+I /)
        await leaveInsertion()
        await tmux.type('bcwthree')
        await tmux.until(/^one three\n(~\n)+I /)
        await leaveInsertion()
        await tmux.resize(60, 12)
        // The editor's own last line: what is typed before it has seen the new size is lost.
        await tmux.until(/^one three\n(~\n){10}- /)
        await tmux.enter(':wq')
        await expectEnd(0)
        expect(await readFile(file, 'utf8')).toBe('one three\n')
      })

      it('exec: the server is killed', async () => {
        await tmux.enter(`podwire ${shell}`)
        await tmux.until(/^there\$/m)
        await server.kill()
        await tmux.until('the connection was lost')
        await expectEnd(255)
      })

      if (stalls === true) {
        it('exec: a server that has fallen silent is left by Ctrl-C', async () => {
          await tmux.enter(`podwire ${shell}`)
          await tmux.until(/^there\$/m)
          await server.stall?.()
          const pressed = async () => {
            await tmux.press('C-c')
            return tmux.screen()
          }
          const patience = { timeout: 40_000, interval: 500 }
          await expect.poll(pressed, patience).toContain('given up by Ctrl-C')
          // The last Ctrl-C may have been one too many, and the shell's.
          await tmux.until(/^here\$$/m)
          await tmux.enter(unchanged())
          await tmux.until('unchanged')
        })
      }

      it('attach: it goes on when it is left, and what it shows is drawn again', async (context) => {
        context.skip(programPath('busybox') === null, 'no busybox in PATH, whose vi it is')
        const attach = 'podwire attach -it tty-0 --detach-keys ctrl-p,ctrl-q'
        await tmux.enter(attach)
        await tmux.until('press')
        await tmux.enter(`PS1='in$ '; clear; busybox vi ${folder}/text`)
        await tmux.until(/^~$/m)
        await tmux.type('ikept')
        await tmux.until(/^kept$/m)
        await tmux.press('C-p', 'C-q')
        await tmux.until('Detached, resume using')
        await expectEnd(0)
        await tmux.enter('clear')
        await tmux.until(/^here\$$/)
        await tmux.enter(attach)
        await tmux.until(/^kept\n(~\n){22}[-I] /m)
        await leaveInsertion()
        await tmux.enter(':q!')
        await tmux.until(/in\$$/)
        await tmux.press('C-p', 'C-q')
        await expectEnd(0)
      })

      it('attach: the server is killed', async () => {
        await tmux.enter('podwire attach -it tty-0')
        await tmux.until('press')
        await tmux.enter('echo 4$((1+1))')
        await tmux.until(/^42$/m)
        await server.kill()
        await tmux.until('the connection was lost')
        await expectEnd(255)
      })
    },
  )
}
