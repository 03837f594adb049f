import type { ErrorCode, ExecErrorFields } from '../errors.ts'
import { ExecError, StatusError } from '../errors.ts'
import type { Outcome, Status } from '../protocol/index.ts'
import { MarkerScanner } from './marker-scanner.ts'
import type { OutputSink } from './output-sink.ts'
import type { Wrapper, WrapperProblem } from './wrapper.ts'

/** Bytes of output in which a runtime's complaint is looked for: it is all there is then. */
const maxComplaint = 2048

/** How runtimes say it: in a status, or on an output with an exit code of their own. */
const noShell = /exec[^\n]*["'`](?:\/bin\/)?sh["'`][^\n]*(?:not found|no such file|denied)/i
const runtimeExitCodes: readonly number[] = [126, 127, 255]

/**
 * What the command's own side says about its end, and what the server's word is worth next to it.
 *
 * The marker on every output: all of the output is here and the exit code is known, whatever the server says or fails
 * to say. No marker: a `Success` means nothing, while an exit code other than 0 does, since no lost hop makes one up.
 */
export class Verification {
  readonly #wrapper: Wrapper
  #missing = 0
  #report: Report | null = null
  #complaint = ''
  #outputLength = 0

  constructor(wrapper: Wrapper) {
    this.#wrapper = wrapper
  }

  /** Takes the marker out of an output. */
  guard(sink: OutputSink): OutputSink {
    this.#missing += 1
    const watched: OutputSink = {
      write: (payload) => {
        if (this.#outputLength <= maxComplaint) this.#listen(payload)
        return sink.write(payload)
      },
      end: (error, rest) => sink.end(error, rest),
    }
    return new MarkerScanner(this.#wrapper.marker.bytes, watched, (text) => {
      const report = reportOf(text)
      // A command that knows the marker can print any.
      if (report === null) return
      this.#report = report
      this.#missing -= 1
    })
  }

  /** Whether the marker has come on every output. */
  get isComplete(): boolean {
    return this.#missing === 0
  }

  /** How the command ended, as far as that is known. */
  outcome(told: Outcome | null): Outcome | null {
    const exitCode = this.#exitCode
    const status = told?.status ? this.#clean(told.status) : null
    if (exitCode !== null) return { kind: 'exit', exitCode, status }
    if (this.isComplete || told === null || status === null) return null
    if (told.kind === 'failure') return { kind: 'failure', status }
    return told.exitCode === 0 ? null : { kind: 'exit', exitCode: told.exitCode, status }
  }

  /** Why the command was not run at all, when it is the wrapper or the lack of a shell that says so. */
  problem(told: Outcome | null, collected: Partial<ExecErrorFields>): ExecError | null {
    const status = told?.status ? this.#clean(told.status) : null
    const fields = { ...collected, status, exitCode: null }
    if (this.isComplete) {
      return typeof this.#report === 'string' ? wrapperProblem(this.#report, fields) : null
    }
    if (told === null || !this.#complainsAboutShell(told)) return null
    return new StatusError(
      'ERR_SHELL_NOT_FOUND',
      "the container has no 'sh', which verify, cwd, env and user need: leave them out for this container",
      fields,
    )
  }

  get #exitCode(): number | null {
    return this.isComplete && typeof this.#report === 'number' ? this.#report : null
  }

  #listen(payload: Uint8Array): void {
    this.#outputLength += payload.length
    this.#complaint += Buffer.from(payload.subarray(0, maxComplaint)).toString('latin1')
  }

  #complainsAboutShell(told: Outcome): boolean {
    if (told.kind === 'failure')
      return noShell.test((told.status.message ?? '').slice(0, maxComplaint))
    if (!runtimeExitCodes.includes(told.exitCode) || this.#outputLength > maxComplaint) return false
    return noShell.test(this.#complaint)
  }

  #clean(status: Status): Status {
    const { message, ...rest } = status
    if (message === undefined) return status
    const plain = this.#wrapper.strip(message)
    return plain === undefined ? rest : { ...rest, message: plain }
  }
}

/** An exit code, or why the command was not run. */
type Report = number | WrapperProblem

/** `null`: no wrapper says that. */
function reportOf(text: string): Report | null {
  if (/^\d{1,5}$/.test(text)) return Number(text)
  return Object.hasOwn(problems, text) ? (text as WrapperProblem) : null
}

function wrapperProblem(problem: WrapperProblem, fields: Partial<ExecErrorFields>): ExecError {
  const [code, why] = problems[problem]
  return new ExecError(code, `the command was not run: ${why}`, fields)
}

const problems: Readonly<Record<WrapperProblem, readonly [ErrorCode, string]>> = {
  cwd: ['ERR_CWD', 'cwd is no folder that it may enter in the container'],
  head: [
    'ERR_STDIN_CANNOT_END',
    "the server has no v5.channel.k8s.io (Kubernetes 1.29 or older), and the container no 'head -c' that could end stdin in its place",
  ],
  nouser: [
    'ERR_USER',
    "the container's /etc/passwd has no such user; a number needs no entry there",
  ],
  noswitch: ['ERR_USER', "the container's own user may not become another one: only root may"],
  notool: [
    'ERR_USER',
    "the container has nothing that makes it another user's: tried were setpriv of util-linux, chroot of coreutils and BusyBox's su, with id",
  ],
}
