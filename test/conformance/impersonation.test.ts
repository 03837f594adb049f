import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Impersonation, UpgradeError } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import { rejection } from '../support/rejection.ts'
import type { ConformanceServer, ConformanceUser } from './conformance-server.ts'
import { startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

async function execAs(impersonate: Impersonation, user: ConformanceUser = 'impersonator') {
  const cluster = await connect({ ...server.config('t', user), impersonate })
  return cluster.pod('solo-0').exec(['echo', 'in'])
}

describe.skipIf(missing !== null)(`impersonation (${because})`, () => {
  it.each<[string, Impersonation]>([
    ['of a user who may', { user: 'executor' }],
    ['of a group that may everything', { user: 'somebody', groups: ['a', 'system:masters'] }],
    [
      'with uid and extra, whose keys need escaping',
      {
        user: 'executor',
        uid: '42',
        extra: { 'example.com/päth?': ['one', 'two'], scopes: ['view'] },
      },
    ],
  ])('%s', async (_name, impersonate) => {
    expect(await execAs(impersonate)).toMatchObject({ exitCode: 0, stdout: 'in\n' })
  })

  it('of somebody who may not is refused in their name', async () => {
    const error = await rejection<UpgradeError>(execAs({ user: 'jane', groups: ['devs'] }))
    expect(error).toMatchObject({ code: 'ERR_UPGRADE_REFUSED', httpStatus: 403 })
    expect(error.message).toContain('User "jane" cannot get resource "pods/exec"')
  })

  it('of a user whose name is not ASCII reaches the server as it is', async () => {
    const groups = ['entwickler', 'développeurs', '開発者']
    const error = await rejection<UpgradeError>(execAs({ user: 'jürgen 👍', groups }))
    expect(error).toMatchObject({ code: 'ERR_UPGRADE_REFUSED', httpStatus: 403 })
    expect(error.message).toContain('User "jürgen 👍" cannot get resource "pods/exec"')
  })

  it('by somebody who may not impersonate is refused', async () => {
    const error = await rejection<UpgradeError>(execAs({ user: 'admin' }, 'getter'))
    expect(error).toMatchObject({ code: 'ERR_UPGRADE_REFUSED', httpStatus: 403 })
    expect(error.message).toContain('cannot impersonate resource "users"')
  })
})
