import { expect, it } from 'vitest'
import { encodeResult } from '../../../src/testing/remote-command-status.ts'

const exit = (exitCode: number) =>
  ({ kind: 'exit', exitCode, command: ['sh', '-c', 'a<b'] }) as const
const text = (payload: Uint8Array | null): string | null =>
  payload === null ? null : Buffer.from(payload).toString()

it('a large exit code passes v4 and not the translator', () => {
  const result = { kind: 'exit', exitCode: 3221225477, command: ['@exit', '3221225477'] } as const
  expect(text(encodeResult(result, 'v4.channel.k8s.io'))).toBe(
    '{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: error executing command [@exit 3221225477], exit code 3221225477","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3221225477"}]}}',
  )
  const message = 'error stream protocol error: invalid exit code value \\"3221225477\\"'
  expect(text(encodeResult(result, 'v5.channel.k8s.io'))).toBe(
    `{"metadata":{},"status":"Failure","message":"Internal error occurred: ${message}","reason":"InternalError","details":{"causes":[{"message":"${message}"}]},"code":500}`,
  )
})

it('Go escapes what HTML would misread, in JSON only', () => {
  expect(text(encodeResult(exit(1), 'v4.base64.channel.k8s.io'))).toContain('[sh -c a\\u003cb]')
  expect(text(encodeResult(exit(1), 'channel.k8s.io'))).toContain('[sh -c a<b], exit code 1')
})

it('success', () => {
  expect(text(encodeResult(exit(0), 'v5.channel.k8s.io'))).toBe(
    '{"metadata":{},"status":"Success"}',
  )
  expect(encodeResult(exit(0), 'base64.channel.k8s.io')).toBeNull()
  expect(encodeResult(exit(0), '')).toBeNull()
})

it("a handler's own status is sent as it is", () => {
  const status = { status: 'Failure', message: 'mine' }
  expect(text(encodeResult({ kind: 'status', status }, 'v5.channel.k8s.io'))).toBe(
    JSON.stringify(status),
  )
  expect(text(encodeResult({ kind: 'status', status }, 'channel.k8s.io'))).toBe('mine')
})
