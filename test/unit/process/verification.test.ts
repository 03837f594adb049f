import { describe, expect, it } from 'vitest'
import { Verification } from '../../../src/process/verification.ts'
import { Wrapper } from '../../../src/process/wrapper.ts'
import type { Outcome } from '../../../src/protocol/index.ts'
import { nonZero, success } from '../../support/fake-socket.ts'

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
