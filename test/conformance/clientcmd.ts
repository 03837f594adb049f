import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { goProgram } from './go-programs.ts'

/** The answer of cmd/clientcmd; README.md says what the fields mean. */
export interface ClientcmdAnswer {
  readonly stage?: 'load' | 'config' | 'url' | 'transport' | 'request'
  readonly error?: string
  readonly emptyConfig?: boolean
  readonly host?: string
  readonly url?: string
  readonly apiPath?: string
  readonly requestUrl?: string
  readonly namespace?: string
  readonly headers?: readonly string[]
  readonly tls?: {
    readonly ca?: readonly string[]
    readonly cert?: readonly string[]
    readonly hasKey?: boolean
    readonly serverName?: string
    readonly insecure?: boolean
  }
  readonly proxy?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly username?: string
  readonly password?: string
  readonly plugin?: {
    readonly apiVersion: string
    readonly command: string
    readonly args?: readonly string[]
    readonly env?: readonly { readonly name: string; readonly value: string }[]
    readonly interactiveMode: string
    readonly clusterInfo?: boolean
    readonly installHint?: string
  }
  readonly provider?: string
  readonly impersonate?: {
    readonly user?: string
    readonly uid?: string
    readonly groups?: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[] | null>>
  }
}

export interface ClientcmdQuestion {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
}

/** One client-go that answers many questions; a process for each would take most of the time. */
export interface Clientcmd extends AsyncDisposable {
  ask(question: ClientcmdQuestion): Promise<ClientcmdAnswer>
}

export async function startClientcmd(): Promise<Clientcmd> {
  const program = spawn(await goProgram('clientcmd'), ['-serve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => program.once('close', () => resolve()))
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  return {
    ask: async (question) => {
      program.stdin.write(`${JSON.stringify(question)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error('clientcmd -serve has ended; its last words are on stderr')
      return JSON.parse(value) as ClientcmdAnswer
    },
    [Symbol.asyncDispose]: () => {
      program.stdin.end()
      return ended
    },
  }
}
