import type { ChildProcess } from 'node:child_process'
import { tell } from '../callback.ts'

/** Bytes of stdout; a credential is some kilobytes. */
export const maxPluginOutput: number = 1024 * 1024
/** Bytes of stderr that an error keeps. */
const MAX_STDERR = 4096
/** Milliseconds from asking a plugin to end to ending it. */
const KILL_GRACE = 1000
/** Milliseconds that output may follow the plugin's end; a process it left behind may hold the pipe for ever. */
const PIPE_GRACE = 1000

export interface PluginRun {
  readonly path: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Whether it gets this process's standard input. */
  readonly interactive: boolean
  /** Milliseconds. */
  readonly timeout: number
  readonly onStderr: ((chunk: Uint8Array) => void) | undefined
  readonly signal: AbortSignal
}

export interface PluginEnd {
  /** `null` when a signal ended it or it was not even started. */
  readonly exitCode: number | null
  /** Why there is no output to go by, as the end of a sentence. */
  readonly problem: string | undefined
  readonly stdout: Uint8Array
  /** The end of what it wrote. */
  readonly stderr: string
}

/**
 * Runs a plugin to its end, which comes within `timeout` whatever it does.
 *
 * @throws the reason of `signal`, or what `onStderr` threw or rejected with; the plugin is then being ended
 */
export async function runPlugin(run: PluginRun): Promise<PluginEnd> {
  const { spawn } = await import('node:child_process')
  run.signal.throwIfAborted()
  let child: ChildProcess
  try {
    child = spawn(run.path, run.args, {
      env: run.env,
      stdio: [run.interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      shell: false,
      windowsHide: true,
    })
  } catch (error) {
    return notStarted(error)
  }
  return follow(child, run)
}

function follow(child: ChildProcess, run: PluginRun): Promise<PluginEnd> {
  const stdout: Buffer[] = []
  let size = 0
  let stderr = Buffer.alloc(0)
  let problem: string | undefined
  return new Promise((resolve, reject) => {
    let killTimer: NodeJS.Timeout | undefined
    let pipeTimer: NodeJS.Timeout | undefined
    let settled = false
    const stop = () => {
      child.stdout?.destroy()
      child.stderr?.destroy()
      child.kill()
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), KILL_GRACE)
    }
    const giveUp = (what: string) => {
      problem ??= what
      stop()
    }
    const fail = (reason: unknown) => {
      if (settled) return
      reject(reason)
      stop()
    }
    const abort = () => fail(run.signal.reason)
    run.signal.addEventListener('abort', abort, { once: true })
    const seconds = run.timeout / 1000
    const timer = setTimeout(() => giveUp(`did not end within ${seconds} seconds`), run.timeout)

    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxPluginOutput) giveUp(`printed more than ${maxPluginOutput} bytes`)
      else stdout.push(chunk)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-MAX_STDERR)
      if (run.onStderr) tell(run.onStderr, chunk, fail)
    })
    const settle = (end: Pick<PluginEnd, 'exitCode' | 'problem'>) => {
      settled = true
      clearTimeout(timer)
      clearTimeout(killTimer)
      clearTimeout(pipeTimer)
      run.signal.removeEventListener('abort', abort)
      resolve({ stdout: Buffer.concat(stdout), stderr: stderr.toString('utf8'), ...end })
    }
    child.once('error', (error) => settle(notStarted(error)))
    child.once('exit', () => {
      pipeTimer = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
      }, PIPE_GRACE)
    })
    child.once('close', (code, signal) => {
      const ended = signal === null ? undefined : `was ended by ${signal}`
      settle({ exitCode: code, problem: problem ?? ended })
    })
  })
}

/** Node's own error lists the arguments. */
function notStarted(error: unknown): PluginEnd {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  const problem = `cannot be started (${code})`
  return { exitCode: null, problem, stdout: new Uint8Array(), stderr: '' }
}
