import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/errors.ts'
import {
  AuthError,
  ConnectionError,
  ConnectionLostError,
  ExecError,
  ExitError,
  KubeconfigError,
  MaxBufferError,
  PodwireError,
  ProtocolError,
  StatusError,
  TimeoutError,
  UpgradeError,
} from '../../src/errors.ts'

const cause = new Error('the cause')
const lost = { closeCode: 1006 }
const refused = { httpStatus: 403 }

interface Case {
  readonly name: string
  readonly code: ErrorCode
  readonly bases: readonly (abstract new (...args: never) => Error)[]
  readonly make: (code: ErrorCode, message: string, options: { cause?: unknown }) => PodwireError
}

const cases: readonly Case[] = [
  {
    name: 'PodwireError',
    code: 'ERR_TIMEOUT',
    bases: [],
    make: (code, message, options) => new PodwireError(code, message, options),
  },
  {
    name: 'KubeconfigError',
    code: 'ERR_KUBECONFIG_SYNTAX',
    bases: [],
    make: (code, message, options) => new KubeconfigError(code, message, options),
  },
  {
    name: 'AuthError',
    code: 'ERR_CREDENTIALS_UNAVAILABLE',
    bases: [],
    make: (code, message, options) => new AuthError(code, message, options),
  },
  {
    name: 'ConnectionError',
    code: 'ERR_CONNECTION_REFUSED',
    bases: [],
    make: (code, message, options) => new ConnectionError(code, message, options),
  },
  {
    name: 'UpgradeError',
    code: 'ERR_UPGRADE_REFUSED',
    bases: [],
    make: (code, message, options) => new UpgradeError(code, message, { ...refused, ...options }),
  },
  {
    name: 'ExecError',
    code: 'ERR_STDIN_SOURCE',
    bases: [ExecError],
    make: (code, message, options) => new ExecError(code, message, options),
  },
  {
    name: 'StatusError',
    code: 'ERR_STATUS',
    bases: [ExecError],
    make: (code, message, options) => new StatusError(code, message, options),
  },
  {
    name: 'ProtocolError',
    code: 'ERR_PROTOCOL',
    bases: [ExecError],
    make: (code, message, options) => new ProtocolError(code, message, options),
  },
  {
    name: 'ConnectionLostError',
    code: 'ERR_CONNECTION_LOST',
    bases: [ExecError],
    make: (code, message, options) =>
      new ConnectionLostError(code, message, { ...lost, ...options }),
  },
  {
    name: 'MaxBufferError',
    code: 'ERR_MAX_BUFFER',
    bases: [ExecError],
    make: (code, message, options) => new MaxBufferError(code, message, options),
  },
  {
    name: 'TimeoutError',
    code: 'ERR_TIMEOUT',
    bases: [ExecError],
    make: (code, message, options) => new TimeoutError(code, message, options),
  },
  {
    name: 'ExitError',
    code: 'ERR_EXIT_CODE',
    bases: [ExecError],
    make: (code, message, options) => new ExitError(code, message, options),
  },
]

describe.each(cases)('$name', ({ name, code, bases, make }) => {
  test('has its name, code and message', () => {
    const error = make(code, 'what happened', {})
    expect(error.name).toBe(name)
    expect(error.code).toBe(code)
    expect(error.message).toBe('what happened')
    expect(String(error)).toBe(`${name}: what happened`)
    expect(error.stack).toContain(`${name}: what happened`)
    expect(Object.prototype.toString.call(error)).toBe('[object Error]')
  })

  test('stands below its bases and no other class', () => {
    const error = make(code, '', {})
    const above = [Error, PodwireError, ...bases]
    for (const base of above) expect(error).toBeInstanceOf(base)
    const classes = [KubeconfigError, AuthError, ConnectionError, UpgradeError, ExecError]
    const instance = classes.filter((base) => error instanceof base)
    expect(instance).toEqual(classes.filter((base) => base.name === name || bases.includes(base)))
  })

  test('keeps its cause, and has none when there was none', () => {
    expect(make(code, '', { cause }).cause).toBe(cause)
    expect(make(code, '', { cause: null }).cause).toBeNull()
    expect(Object.hasOwn(make(code, '', {}), 'cause')).toBe(false)
    expect(Object.hasOwn(make(code, '', { cause: undefined }), 'cause')).toBe(false)
  })

  test('the name is not printed as a field, the code is', () => {
    const error = make(code, 'what happened', {})
    expect(Object.keys(error)).not.toContain('name')
    expect(inspect(error)).toContain(`code: '${code}'`)
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code })
  })
})

describe('KubeconfigError', () => {
  test('says where', () => {
    const place = {
      file: '/home/me/.kube/config',
      line: 3,
      column: 7,
      field: 'users[0].user.token',
    }
    expect(new KubeconfigError('ERR_KUBECONFIG_INVALID', 'no', place)).toMatchObject(place)
  })

  test('does not know where by itself', () => {
    const { file, line, column, field } = new KubeconfigError('ERR_KUBECONFIG_NOT_FOUND', 'no')
    expect([file, line, column, field]).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('UpgradeError', () => {
  test('keeps what the server said', () => {
    const fields = {
      httpStatus: 404,
      status: { message: 'pods "zzz" not found' },
      hint: 'look again',
    }
    expect(new UpgradeError('ERR_UPGRADE_REFUSED', 'no', fields)).toMatchObject(fields)
  })

  test('status and hint are null when there are none', () => {
    const { httpStatus, status, hint } = new UpgradeError('ERR_UPGRADE_REFUSED', 'no', refused)
    expect({ httpStatus, status, hint }).toEqual({ httpStatus: 403, status: null, hint: null })
  })
})

describe('ExecError', () => {
  const fields = {
    exitCode: 3,
    stdout: 'out-hunter2',
    stderr: Uint8Array.from(Buffer.from('err-hunter2')),
    status: {
      status: 'Failure',
      message: 'error executing command [mysql -phunter2], exit code 3',
    },
    verified: true,
    protocol: 'v4.channel.k8s.io',
  }
  const hidden = ['stdout', 'stderr', 'status'] as const

  test('carries the fields of a result, and itself as its error', () => {
    const error = new ExitError('ERR_EXIT_CODE', 'exit code 3', fields)
    for (const [name, value] of Object.entries(fields)) expect(error).toHaveProperty(name, value)
    expect(error.error).toBe(error)
    expect('error' in Object.getOwnPropertyDescriptors(error)).toBe(false)
  })

  test('without fields nothing is known, and least of all a success', () => {
    const error = new ExecError('ERR_PROTOCOL', 'no')
    const { exitCode, stdout, stderr, status, verified, protocol } = error
    expect({ exitCode, stdout, stderr, status, verified, protocol }).toEqual({
      exitCode: null,
      stdout: '',
      stderr: '',
      status: null,
      verified: false,
      protocol: '',
    })
  })

  test('exit code 0 stays 0', () => {
    expect(new ExecError('ERR_STDIN_SOURCE', 'no', { exitCode: 0 }).exitCode).toBe(0)
  })

  test('output and status are there to be read, not to be printed', () => {
    const error = new ExitError('ERR_EXIT_CODE', 'exit code 3', fields)
    const nested = inspect({ deep: [error] }, { depth: Number.POSITIVE_INFINITY })
    for (const printed of [inspect(error), nested, JSON.stringify(error), String(error)]) {
      expect(printed).not.toContain('hunter2')
      for (const name of hidden) expect(printed).not.toContain(name)
    }
    expect(Object.keys(error).sort()).toEqual(['code', 'exitCode', 'protocol', 'verified'])
    expect(Object.keys({ ...error })).not.toContain('stdout')
  })

  test('the other fields are printed', () => {
    const error = new ExitError('ERR_EXIT_CODE', 'exit code 3', fields)
    expect(inspect(error)).toMatch(/exitCode: 3/)
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'ERR_EXIT_CODE',
      exitCode: 3,
      verified: true,
      protocol: 'v4.channel.k8s.io',
    })
  })

  test('a lost connection has its close code', () => {
    const error = new ConnectionLostError('ERR_CONNECTION_LOST', 'no', { ...fields, ...lost })
    expect(error.closeCode).toBe(1006)
    expect(error.stdout).toBe('out-hunter2')
    expect(inspect(error)).toMatch(/closeCode: 1006/)
  })
})
