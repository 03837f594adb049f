import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OutputStream } from '../../../src/process/output-stream.ts'
import { Session } from '../../../src/process/session.ts'
import type { StdinEnd } from '../../../src/process/stdin-stream.ts'
import { StdinStream } from '../../../src/process/stdin-stream.ts'
import { Verification } from '../../../src/process/verification.ts'
import { Wrapper } from '../../../src/process/wrapper.ts'
import type { Outcome } from '../../../src/protocol/index.ts'
import { FakeSocket, nonZero, success } from '../../support/fake-socket.ts'

const streams = { stdin: false, stdout: true, stderr: true, tty: false }
const sink = { write: () => true, end: () => {} }

function verification() {
  const wrapper = new Wrapper(['ls', 'secret'], streams)
  wrapper.argv(null)
  const made = new Verification(wrapper)
  const outputs = [made.guard(sink), made.guard(sink)]
  const say = (output: number, text: string) => outputs[output]?.write(Buffer.from(text))
  const mark = (output: number, report: string) =>
    say(output, `${wrapper.marker.bytes.toString()}:${report}:\n`)
  return { wrapper, made, say, mark }
}

const zero: Outcome = { kind: 'exit', exitCode: 0, status: success }
const seven: Outcome = { kind: 'exit', exitCode: 7, status: nonZero(7) }
const internal: Outcome = {
  kind: 'failure',
  status: { status: 'Failure', reason: 'InternalError', message: 'no such thing' },
}

describe('the exit code', () => {
  it.each<[string, number, Outcome | null, number | null]>([
    ['no marker, nothing', 0, null, null],
    ['no marker, Success', 0, zero, null],
    ['no marker, an exit code', 0, seven, 7],
    ['one of two markers, nothing', 1, null, null],
    ['one of two markers, Success', 1, zero, null],
    ['one of two markers, an exit code', 1, seven, 7],
    ['both markers, nothing', 2, null, 3],
    ['both markers, Success', 2, zero, 3],
    ['both markers, another exit code', 2, seven, 3],
    ['both markers, a failure', 2, internal, 3],
  ])('%s', (_name, markers, told, exitCode) => {
    const { made, mark } = verification()
    for (let output = 0; output < markers; output++) mark(output, '3')
    expect(made.isComplete).toBe(markers === 2)
    const outcome = made.outcome(told)
    expect(outcome?.kind === 'exit' ? outcome.exitCode : null).toBe(exitCode)
    expect(outcome?.status ?? null).toEqual(exitCode === null ? null : (told?.status ?? null))
    expect(made.problem(told, {})).toBeNull()
  })

  it.each(['what', 'constructor', 'tostring', '1234567890', '12a'])(
    'a report that no wrapper makes is none: %s',
    (report) => {
      const { made, mark } = verification()
      mark(0, report)
      mark(1, report)
      expect(made.isComplete).toBe(false)
      expect([made.outcome(zero), made.problem(zero, {})]).toEqual([null, null])
      expect(made.outcome(seven)).toMatchObject({ exitCode: 7 })
    },
  )

  it('a failure without a marker stays one', () => {
    expect(verification().made.outcome(internal)).toEqual(internal)
  })
})

describe('a status', () => {
  it('is shown without the wrapper', () => {
    const { made, wrapper } = verification()
    const argv = wrapper.argv(null)
    const message = `error executing command [${argv.join(' ')}], exit code 7`
    const outcome = made.outcome({ ...seven, status: { ...nonZero(7), message } })
    expect(outcome?.status?.message).toBe('error executing command [ls secret], exit code 7')
    const quoted = made.outcome({ ...seven, status: { ...nonZero(7), message: argv.join(',') } })
    expect(quoted?.status).not.toHaveProperty('message')
    expect(quoted?.status).toMatchObject({ reason: 'NonZeroExitCode' })
  })
})

describe('a problem', () => {
  it.each([
    ['cwd', 'ERR_CWD'],
    ['head', 'ERR_STDIN_CANNOT_END'],
    ['nouser', 'ERR_USER'],
    ['noswitch', 'ERR_USER'],
    ['notool', 'ERR_USER'],
  ])('that the wrapper reports: %s', (report, code) => {
    const { made, mark } = verification()
    mark(0, report)
    mark(1, report)
    expect(made.outcome(zero)).toBeNull()
    expect(made.outcome(seven)).toBeNull()
    expect(made.problem(zero, { stdout: 'o' })).toMatchObject({ code, exitCode: null, stdout: 'o' })
  })

  const complaint =
    'exec failed: unable to start container process: exec: "sh": executable file not found in $PATH\n'

  it.each([126, 127, 255])('that there is no shell, with exit code %i', (exitCode) => {
    const { made, say } = verification()
    say(1, complaint.slice(0, 70))
    say(1, complaint.slice(70))
    const told: Outcome = { kind: 'exit', exitCode, status: nonZero(exitCode) }
    expect(made.problem(told, {})).toMatchObject({ code: 'ERR_SHELL_NOT_FOUND', exitCode: null })
  })

  it.each<[string, string, Outcome | null]>([
    ['another exit code', complaint, seven],
    ['no status', complaint, null],
    ['Success', complaint, zero],
    ['other words', 'exec: "ls": not found', { ...seven, exitCode: 127 }],
    ['a lot of output', complaint + 'x'.repeat(3_000), { ...seven, exitCode: 127 }],
    ['another failure', '', internal],
  ])('is none: %s', (_name, output, told) => {
    const { made, say } = verification()
    if (output !== '') say(0, output)
    expect(made.problem(told, {})).toBeNull()
  })

  it('is none when the command itself complains', () => {
    const { made, say, mark } = verification()
    say(1, complaint)
    mark(0, '127')
    mark(1, '127')
    const told: Outcome = { kind: 'exit', exitCode: 127, status: nonZero(127) }
    expect(made.problem(told, {})).toBeNull()
  })
})

describe('a session that verifies', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  function verifying(end: StdinEnd = 'close') {
    const socket = new FakeSocket(end === 'close' ? 'v5.channel.k8s.io' : 'v4.channel.k8s.io')
    const wrapper = new Wrapper(['x'], { ...streams, stdin: true })
    const verification = new Verification(wrapper)
    const stdin = new StdinStream(socket, end, 100)
    const output = () => new OutputStream(1000, () => {}).resume()
    const session = new Session(
      socket,
      { stdin, stdout: verification.guard(output()), stderr: verification.guard(output()) },
      {
        kind: 'exec',
        heartbeat: false,
        collected: () => ({ stdout: '', stderr: '' }),
        verification,
      },
    )
    socket.listen(session)
    const mark = (channel: number, report = '3') =>
      socket.output(channel, `${wrapper.marker.bytes.toString()}:${report}:\n`)
    const closings = () => socket.sent.filter((message) => message[0] === 255).length
    return { socket, session, stdin, mark, closings }
  }

  const three = { exitCode: 3, verified: true }

  it('knows the exit code when the marker is on both outputs, and ends stdin', async () => {
    const { socket, session, stdin, mark, closings } = verifying()
    mark(1)
    expect([session.outcome, stdin.destroyed, closings()]).toEqual([null, false, 0])
    mark(2)
    expect(session.outcome).toMatchObject({ kind: 'exit', exitCode: 3, status: null })
    expect([stdin.destroyed, closings()]).toEqual([true, 1])
    socket.exit(3)
    socket.end()
    expect(await session.exit).toMatchObject({ ...three, status: { status: 'Failure' } })
  })

  it('does not end stdin twice', async () => {
    const { socket, session, stdin, mark, closings } = verifying()
    stdin.end('x')
    await turn()
    expect(closings()).toBe(1)
    mark(1)
    mark(2)
    expect(closings()).toBe(1)
    socket.end()
    expect(await session.exit).toMatchObject(three)
  })

  it.each(['impossible', 'counted'] as const)(
    'is closed at once where stdin cannot end (%s)',
    async (end) => {
      const { socket, session, mark } = verifying(end)
      mark(1)
      mark(2)
      expect(socket.closes).toBe(1)
      expect(await session.exit).toEqual({ ...three, status: null })
    },
  )

  it('closed so, it has no status, whoever was faster', async () => {
    const { socket, session, mark } = verifying('impossible')
    socket.answersClose = false
    mark(1)
    mark(2)
    socket.exit(3)
    socket.end()
    expect(await session.exit).toEqual({ ...three, status: null })
  })

  it.each([
    ['dies', (socket: FakeSocket) => socket.die(new Error('reset'))],
    ['closes without a status', (socket: FakeSocket) => socket.end()],
    ['says Success', (socket: FakeSocket) => socket.exit(0)],
    ['sends a malformed status', (socket: FakeSocket) => socket.output(3, 'rpc error')],
    ['sends what is no message', (socket: FakeSocket) => socket.receive('text')],
    ['is silent', () => {}],
  ])('knows the exit code although the server %s behind the marker', async (_name, act) => {
    const { socket, session, mark } = verifying()
    mark(1)
    mark(2)
    act(socket)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await session.exit).toMatchObject(three)
  })

  it('waits for the marker behind a status that came first', async () => {
    const { socket, session, mark } = verifying()
    socket.exit(3)
    mark(1)
    mark(2)
    expect(session.outcome).toMatchObject({ exitCode: 3 })
    socket.end()
    expect(await session.exit).toMatchObject(three)
  })

  it.each([0, 1])('does not believe a Success with %i markers', async (markers) => {
    const { socket, session, mark } = verifying()
    if (markers === 1) mark(2)
    socket.exit(0)
    expect(session.outcome).toBeNull()
    socket.end()
    await expect(session.exit).rejects.toMatchObject({
      name: 'ConnectionLostError',
      code: 'ERR_UNVERIFIED',
      exitCode: null,
      status: { status: 'Success' },
      closeCode: 1000,
    })
  })

  it('believes another exit code', async () => {
    const { socket, session } = verifying()
    socket.exit(137)
    socket.end()
    expect(await session.exit).toMatchObject({ exitCode: 137, verified: false })
  })

  it('an abort in front of the marker is what exit rejects with, and the code is known', async () => {
    const { socket, session, mark } = verifying()
    const reason = new Error('enough')
    session.abort(reason)
    mark(1, '143')
    mark(2, '143')
    socket.end()
    await expect(session.exit).rejects.toBe(reason)
    expect([session.outcome, session.verified]).toMatchObject([{ exitCode: 143 }, true])
  })

  it('an abort behind the marker changes nothing', async () => {
    const { socket, session, mark } = verifying()
    mark(1)
    mark(2)
    session.abort(new Error('late'))
    socket.end()
    expect(await session.exit).toMatchObject(three)
  })
})
