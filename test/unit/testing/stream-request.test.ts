import { expect, it } from 'vitest'
import { booleanParameter, parseStreamRequest } from '../../../src/testing/stream-request.ts'

const pod = { name: 'web-0', containers: [{ name: 'app' }], initContainers: [{ name: 'init' }] }

it.each([
  ['', false],
  ['tty=0', false],
  ['tty=False', false],
  ['tty=', true],
  ['tty=no', true],
  ['tty=1', true],
])('%j is %s', (query, expected) => {
  expect(booleanParameter(new URLSearchParams(query), 'tty')).toBe(expected)
})

it('reads an exec, with the only container there is', () => {
  const query = new URLSearchParams('command=sh&command=-c&command=a%20b&stdout=true')
  expect(parseStreamRequest('exec', pod, query)).toEqual({
    kind: 'exec',
    pod,
    container: pod.containers[0],
    command: ['sh', '-c', 'a b'],
    stdin: false,
    stdout: true,
    stderr: false,
    tty: false,
  })
})

it('init containers count by name only', () => {
  const request = parseStreamRequest('attach', pod, new URLSearchParams('container=init'))
  expect(request).toMatchObject({ container: { name: 'init' }, command: [] })
})
