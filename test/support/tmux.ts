import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const patience = 20_000

/** Why there can be no terminals here, or `null`. */
export function missingTmux(): string | null {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' })
    return null
  } catch {
    return 'no tmux in PATH'
  }
}

/** A terminal of 80x24 with a shell (`sh`, prompt `here$ `) in it, and somebody in front who types and looks. */
export class Tmux implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** @param env of the shell, beside PATH */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Tmux> {
    const tmux = new Tmux(await mkdtemp(join(tmpdir(), 'podwire-tmux-')))
    const variables = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', PS1: 'here$ ', ...env }
    const shell = ['env', '-i', 'TERM=screen', ...Object.entries(variables).map((e) => e.join('='))]
    await tmux.#do('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', ...shell, 'sh')
    await tmux.#do('set-option', '-g', 'escape-time', '0')
    await tmux.until('here$')
    return tmux
  }

  /** Keys by tmux's names, such as `Enter`, `C-c`, `Escape`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#do('send-keys', ...keys)
  }

  async type(text: string): Promise<void> {
    await this.#do('send-keys', '-l', text)
  }

  async enter(line: string): Promise<void> {
    await this.type(line)
    await this.press('Enter')
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#do('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** What the terminal shows, without empty lines at its end. */
  async screen(): Promise<string> {
    return (await this.#do('capture-pane', '-p')).trimEnd()
  }

  /** Waits until it shows the words, or something like them; the screen. */
  async until(words: string | RegExp): Promise<string> {
    const deadline = performance.now() + patience
    let screen = ''
    while (performance.now() < deadline) {
      screen = await this.screen()
      if (typeof words === 'string' ? screen.includes(words) : words.test(screen)) return screen
      await sleep(20)
    }
    throw new Error(`no ${words} on the screen within ${patience} ms:\n${screen}`)
  }

  async close(): Promise<void> {
    await this.#do('kill-server').catch(() => {})
    await rm(this.#folder, { recursive: true, force: true })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #do(...args: readonly string[]): Promise<string> {
    const { TMUX: _, ...env } = process.env
    return (await run('tmux', ['-S', join(this.#folder, 'socket'), ...args], { env })).stdout
  }
}
