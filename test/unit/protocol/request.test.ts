import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExecRequest } from '../../../src/protocol/request.ts'
import {
  attachPath,
  execPath,
  podPath,
  podsPath,
  validCommand,
  validName,
} from '../../../src/protocol/request.ts'

const none = { stdin: false, stdout: false, stderr: false, tty: false }
const request: ExecRequest = { namespace: 'shop', pod: 'web-0', command: ['ls'], ...none }

/** The query as a server reads it. */
const queryOf = (path: string) => new URL(path, 'https://cluster:6443').searchParams

describe('paths', () => {
  test.each([
    ['', '/api/v1'],
    ['/', '/api/v1'],
    ['/k8s/clusters/c-1', '/k8s/clusters/c-1/api/v1'],
    ['/k8s/clusters/c-1//', '/k8s/clusters/c-1/api/v1'],
    ['/a//b/', '/a//b/api/v1'],
  ])('prefix %j', (prefix, base) => {
    expect(podsPath(null, prefix)).toBe(`${base}/pods`)
    expect(podsPath('shop', prefix)).toBe(`${base}/namespaces/shop/pods`)
    expect(podPath(request, prefix)).toBe(`${base}/namespaces/shop/pods/web-0`)
    expect(attachPath(request, prefix)).toBe(
      `${base}/namespaces/shop/pods/web-0/attach?stdin=false&stdout=false&stderr=false&tty=false`,
    )
    expect(execPath(request, prefix)).toBe(
      `${base}/namespaces/shop/pods/web-0/exec?stdin=false&stdout=false&stderr=false&tty=false&command=ls`,
    )
  })

  test('without a prefix', () => {
    expect(podsPath(null)).toBe('/api/v1/pods')
    expect(podPath(request)).toBe('/api/v1/namespaces/shop/pods/web-0')
    expect(attachPath(request)).toMatch(/^\/api\/v1\/namespaces\/shop\/pods\/web-0\/attach\?/)
  })

  test('the container comes first', () => {
    expect(attachPath({ ...request, container: 'app' })).toMatch(
      /attach\?container=app&stdin=false/,
    )
    expect(queryOf(attachPath({ ...request, container: undefined })).has('container')).toBe(false)
  })
})

describe('streams', () => {
  const flag = fc.boolean()
  const streams = fc.record({ stdin: flag, stdout: flag, stderr: flag, tty: flag })

  test('all four are always sent, as true or false', () => {
    fc.assert(
      fc.property(streams, (asked) => {
        for (const path of [
          execPath({ ...request, ...asked }),
          attachPath({ ...request, ...asked }),
        ]) {
          const query = queryOf(path)
          query.delete('command')
          expect(Object.fromEntries(query)).toEqual(
            Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)])),
          )
        }
      }),
    )
  })

  test.each(['stdin', 'stdout', 'stderr', 'tty'])('%s must be a boolean', (stream) => {
    for (const value of [undefined, null, 0, 'false']) {
      expect(() => attachPath({ ...request, [stream]: value })).toThrow(
        new TypeError(`${stream} must be a boolean`),
      )
    }
  })
})

describe('command', () => {
  test.each([
    [['ls', '-l', '/']],
    [['sh', '-c', 'echo "$1" && exit 3', '--', 'a b']],
    [['echo', '']],
    [['echo', 'a+b', 'a b', 'a&b=c', '100%', '%2B', '#?;/\\', "'", '"', '~!*()']],
    [['printf', 'é', '日本語', '😀', '\u2028', '\r\n\t']],
    [['same', 'same', 'same']],
    [['--stdin=true', '&stdin=true', 'command']],
  ])('%j reaches the server as it is', (command) => {
    const query = queryOf(execPath({ ...request, command }))
    expect(query.getAll('command')).toEqual(command)
    expect(query.getAll('stdin')).toEqual(['false'])
  })

  test('any text reaches the server as it is, also where + is a plus and %20 a space', () => {
    const argument = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1 }), (command) => {
        const path = execPath({ ...request, command })
        expect(queryOf(path).getAll('command')).toEqual(command)
        expect(path).toMatch(/^[!-~]+$/)
      }),
    )
  })

  test('validCommand hands back the command', () => {
    const command = ['ls']
    expect(validCommand(command)).toBe(command)
  })

  test.each([
    [[], RangeError, 'command must name a program: the array is empty'],
    [['ls', 'a\0b'], RangeError, 'command[1] holds a NUL character'],
    [['\ud800'], RangeError, 'command[0] holds half a surrogate pair, which is no text'],
    [['ls', 1], TypeError, 'command[1] must be a string, not number'],
    [[undefined], TypeError, 'command[0] must be a string, not undefined'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    [['ls', , 'x'], TypeError, 'command[1] must be a string, not undefined'],
    [undefined, TypeError, 'command must be an array of strings'],
    [{ 0: 'ls', length: 1 }, TypeError, 'command must be an array of strings'],
  ])('%j is refused', (command, type, message) => {
    const attempt = () => execPath({ ...request, command: command as string[] })
    expect(attempt).toThrow(type)
    expect(attempt).toThrow(new type(message))
  })

  test('a single string is not split, and not quoted: it may hold a secret', () => {
    const attempt = () => validCommand('mysql -phunter2')
    expect(attempt).toThrow(TypeError)
    expect(attempt).toThrow(/must be an array of strings, such as/)
    expect(attempt).not.toThrow(/hunter2/)
  })
})

describe('names', () => {
  const refused = [
    '',
    '.',
    '..',
    'a/b',
    'a%2fb',
    'A',
    'é',
    '-a',
    'a-',
    'a b',
    'a_b',
    'a?b',
    'a#b',
    'a\n',
    'a\0',
    '１',
  ]

  test.each(refused)('%j is no name of anything', (name) => {
    for (const kind of ['namespace', 'pod', 'container'] as const) {
      expect(() => validName(kind, name)).toThrow(RangeError)
    }
    expect(() => podsPath(name)).toThrow(RangeError)
    expect(() => podPath({ ...request, pod: name })).toThrow(RangeError)
    expect(() => execPath({ ...request, container: name })).toThrow(RangeError)
    expect(() => attachPath({ ...request, namespace: name })).toThrow(RangeError)
  })

  test.each([
    ['namespace', 63],
    ['pod', 253],
    ['container', 63],
  ] as const)('a %s has at most %i characters', (kind, length) => {
    const longest = 'a'.repeat(length)
    expect(validName(kind, longest)).toBe(longest)
    expect(() => validName(kind, `${longest}a`)).toThrow(RangeError)
  })

  test.each(['a', '0', 'web-0', 'a--b', '1.2.3', 'kube-proxy-node.example.com'])(
    '%j names a pod',
    (name) => {
      expect(validName('pod', name)).toBe(name)
    },
  )

  test.each(['a.b', 'a..b', '.a', 'a.', 'a.-b', 'a-.b'])('%j names no container', (name) => {
    expect(() => validName('container', name)).toThrow(RangeError)
    expect(() => validName('namespace', name)).toThrow(RangeError)
  })

  test.each(['a..b', '.a', 'a.', 'a.-b', 'a-.b'])('%j names no pod', (name) => {
    expect(() => validName('pod', name)).toThrow(RangeError)
  })

  test.each([undefined, null, 1, ['a'], { toString: () => 'a' }])('%j is a TypeError', (name) => {
    expect(() => validName('pod', name)).toThrow(new TypeError("the pod's name must be a string"))
  })

  test('the message names the culprit and the rule, and stays short', () => {
    expect(() => validName('container', 'App')).toThrow(
      "\"App\" is not a container's name: lower case letters, digits, '-', at most 63 characters",
    )
    expect(() => validName('pod', 'x'.repeat(10_000))).toThrow(
      new RangeError(
        `"${'x'.repeat(80)}…" is not a pod's name: lower case letters, digits, '-' and '.', at most 253 characters`,
      ),
    )
  })
})
