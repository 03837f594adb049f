import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { CommandSignals } from '../../../src/process/command-signals.ts'
import { Wrapper } from '../../../src/process/wrapper.ts'
import type { Shell } from '../../support/shells.ts'
import { installedShells } from '../../support/shells.ts'

const streams = { stdin: false, stdout: true, stderr: true, tty: false }

function signalsTo(wrapper: Wrapper, exitCode: number | null) {
  const argvs: (readonly string[])[] = []
  const signals = new CommandSignals(wrapper, async (argv) => {
    argvs.push(argv)
    return exitCode
  })
  return { signals, argvs }
}

describe('a signal', () => {
  it.each([
    [0, true],
    [3, false],
  ])('was sent or not, by exit code %i', async (exitCode, sent) => {
    const { signals } = signalsTo(new Wrapper(['x'], streams), exitCode)
    expect(await signals.send('SIGTERM')).toBe(sent)
  })

  it.each([
    [1, 'did not let it be sent'],
    [4, 'grep'],
    [127, 'did not let it be sent'],
    [null, 'did not let it be sent'],
  ])('that could not be sent is an error: %s', async (exitCode, words) => {
    const { signals } = signalsTo(new Wrapper(['secret'], streams), exitCode)
    const error = await signals.send('SIGTERM').catch((reason) => reason)
    expect(error).toMatchObject({ code: 'ERR_KILL', message: expect.stringContaining(words) })
    expect(error.message).not.toContain('secret')
  })

  it.each(['TERM', 'SIGNONE', '', '9', 'SIGTERM; id', 'toString'])('is not %j', async (name) => {
    const { signals, argvs } = signalsTo(new Wrapper(['x'], streams), 0)
    await expect(signals.send(name)).rejects.toBeInstanceOf(RangeError)
    expect(argvs).toEqual([])
  })

  it('is sent by a command that does not hold what it looks for', async () => {
    const wrapper = new Wrapper(['x'], streams)
    const { signals, argvs } = signalsTo(wrapper, 0)
    await signals.send('SIGUSR1')
    const digits = wrapper.marker.parts[0].slice(1)
    expect(argvs[0]?.join(' ')).not.toContain(digits)
    expect(argvs[0]?.at(-1)).toBe('USR1')
  })
})

/** Runs an argv that begins with `sh` in one of the shells, in a session of its own. */
function start([file, ...own]: Shell, argv: readonly string[]) {
  return spawn(file, [...own, ...argv.slice(1)], { detached: true, stdio: 'ignore' })
}

// It is /proc that tells which process is meant.
describe.runIf(process.platform === 'linux')('the script (needs Linux)', () => {
  it.each(installedShells('the script'))(
    'finds the command and no other, in %s',
    async (_name, shell) => {
      const wrappers = [1, 2].map(() => new Wrapper(['sleep', '30'], streams))
      const [target, other] = wrappers.map((wrapper) => start(shell, wrapper.argv(null)))
      if (target === undefined || other === undefined) throw new Error('not started')
      const run = async (argv: readonly string[]) => {
        const [code] = (await once(start(shell, argv), 'close')) as [number | null]
        return code
      }
      const [wrapper] = wrappers as [Wrapper, Wrapper]
      const signals = new CommandSignals(wrapper, run)
      const exited = once(target, 'close')
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(await signals.send('SIGTERM')).toBe(true)
      expect(await exited).toEqual([143, null])
      expect(await signals.send('SIGTERM')).toBe(false)
      expect(other.exitCode).toBeNull()
      process.kill(-Number(other.pid), 'SIGKILL')
    },
  )
})
