import { expect, it } from 'vitest'
import { exitCodeOf, StreamError, wordsOf } from '../../../src/cli/report.ts'
import {
  AuthError,
  ConnectionError,
  ConnectionLostError,
  ExecError,
  KubeconfigError,
  ProtocolError,
  StatusError,
  UpgradeError,
} from '../../../src/errors.ts'

const status = (message: string) => new StatusError('ERR_STATUS', message, { status: { message } })

it.each<[number, string, unknown]>([
  [1, 'no kubeconfig', new KubeconfigError('ERR_KUBECONFIG_NOT_FOUND', '')],
  [1, 'no credentials', new AuthError('ERR_CREDENTIALS_UNAVAILABLE', '')],
  [1, 'no connection', new ConnectionError('ERR_CONNECTION_REFUSED', '')],
  [1, 'refused', new UpgradeError('ERR_UPGRADE_REFUSED', '', { httpStatus: 403 })],
  [1, 'no such command', status('executable file not found in $PATH: unknown')],
  [1, 'no such folder', new ExecError('ERR_CWD', '')],
  [1, 'no such user', new ExecError('ERR_USER', '')],
  [1, 'bad arguments', new TypeError('x')],
  [1, 'anything else', 'thrown'],
  [255, 'lost', new ConnectionLostError('ERR_CONNECTION_LOST', '', { closeCode: 1006 })],
  [255, 'a disk that is full', new StreamError('')],
  [255, 'broken protocol', new ProtocolError('ERR_PROTOCOL', '')],
  // The command ran: CRI-O says so when it left its stdin unread.
  [255, 'unread stdin', status('error executing command: write |1: broken pipe')],
  // And containerd, when the command's shim is lost.
  [255, 'a lost shim', status('failed while waiting for exec "x": rpc error: ttrpc: closed')],
])('%i: %s', (code, _name, error) => {
  expect(exitCodeOf(error)).toBe(code)
})

it.each([
  ['overrides.token is wrong', 'error: --token is wrong'],
  ['overrides.certificateAuthority is wrong', 'error: --certificate-authority is wrong'],
  ['overrides.impersonate is wrong', 'error: --as is wrong'],
])('%s: by the name of the flag', (message, words) => {
  expect(wordsOf(new KubeconfigError('ERR_KUBECONFIG_INVALID', message))).toBe(words)
})
