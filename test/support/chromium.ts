import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

/** The path of the browser; `null` where there is none. */
export function chromiumPath(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const paths = folders.flatMap((folder) => [
    join(folder, 'chromium'),
    join(folder, 'google-chrome'),
  ])
  return paths.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A page in a headless browser of its own, driven over its debugging protocol. */
export class BrowserPage implements AsyncDisposable {
  readonly #browser: ChildProcess
  readonly #folder: string
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (answer: Answer) => void>()
  #requests = 0
  #session: string | undefined

  /** @param flags of the browser, such as one that trusts the certificate of a test */
  static async open(flags: readonly string[] = []): Promise<BrowserPage> {
    const folder = mkdtempSync(join(tmpdir(), 'podwire-chromium-'))
    const own = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0']
    const args = [...own, `--user-data-dir=${folder}`, ...flags, 'about:blank']
    const browser = spawn(chromiumPath() ?? 'chromium', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const socket = new WebSocket(await debuggerAddress(browser))
    await once(socket, 'open')
    const page = new BrowserPage(browser, folder, socket)
    const { targetId } = await page.#send('Target.createTarget', { url: 'about:blank' })
    const target = { targetId, flatten: true }
    page.#session = (await page.#send('Target.attachToTarget', target))['sessionId'] as string
    return page
  }

  private constructor(browser: ChildProcess, folder: string, socket: WebSocket) {
    this.#browser = browser
    this.#folder = folder
    this.#socket = socket
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data)) as Answer
      this.#answers.get(answer.id ?? -1)?.(answer)
    })
  }

  async goto(url: string): Promise<void> {
    await this.#send('Page.navigate', { url })
    await this.waitFor(
      `location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`,
    )
  }

  /** The value of an expression in the page; a promise is awaited. @throws what it throws there */
  async evaluate<T = unknown>(expression: string): Promise<T> {
    const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true }
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', options)
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { value: T }).value
  }

  /** Until an expression is true in the page. */
  async waitFor(expression: string, timeout = 10_000): Promise<void> {
    const deadline = Date.now() + timeout
    while (!(await this.evaluate<boolean>(expression))) {
      if (Date.now() > deadline) throw new Error(`the page never had ${expression}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.#send('Page.captureScreenshot', { captureBeyondViewport: true })
    return Buffer.from(data as string, 'base64')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#browser, 'exit')
    // Killed outright it would leave its other processes writing into the folder.
    this.#socket.send(JSON.stringify({ id: 0, method: 'Browser.close' }))
    const timer = setTimeout(() => this.#browser.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
    this.#socket.terminate()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #send(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    this.#requests += 1
    const id = this.#requests
    this.#socket.send(JSON.stringify({ id, method, params, sessionId: this.#session }))
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) => {
        this.#answers.delete(id)
        if (error === undefined) resolve(result ?? {})
        else reject(new Error(`${method}: ${error.message}`))
      })
    })
  }
}

interface Answer {
  readonly id?: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

async function debuggerAddress({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('the browser has no stderr')
  for await (const line of createInterface({ input: stderr })) {
    const [address] = /ws:\/\/\S+/.exec(line) ?? []
    if (address === undefined) continue
    stderr.resume()
    return address
  }
  throw new Error('the browser ended before it was ready')
}
