import { describe, expect, test } from 'vitest'
import type { ExecPolicy } from '../../../src/auth/exec-policy.ts'
import { checkExecPolicy, enforceExecPolicy } from '../../../src/auth/exec-policy.ts'

test.each<[ExecPolicy]>([['allow'], ['deny'], [['plug', '/usr/bin/plug']]])('%j', (policy) => {
  expect(checkExecPolicy(policy)).toEqual(policy)
})

test.each([undefined, null, true, 'Allow', {}, [1]])('%j is no policy', (policy) => {
  expect(() => checkExecPolicy(policy)).toThrow(TypeError)
})

test.each([[[]], [['']], [['./plug']], [['bin/plug']], [['/usr/../bin/plug']]])(
  '%j could never match',
  (policy) => {
    expect(() => checkExecPolicy(policy)).toThrow(RangeError)
  },
)

describe('the program /bin/plug, which PATH gives for plug', () => {
  const find = async (name: string) => (name === 'plug' ? '/bin/plug' : undefined)
  const enforce = (policy: ExecPolicy, command: string, path = '/bin/plug') =>
    enforceExecPolicy(policy, command, path, find)

  test.each<[ExecPolicy, string]>([
    ['allow', 'plug'],
    [['plug'], 'plug'],
    [['plug'], '/bin/plug'],
    [['/bin/plug'], 'plug'],
    [['other', '/bin/plug'], '/bin/plug'],
  ])('%j allows %s', async (policy, command) => {
    await expect(enforce(policy, command)).resolves.toBeUndefined()
  })

  test.each<[ExecPolicy, string, string]>([
    ['deny', 'plug', '/bin/plug'],
    [['other'], 'plug', '/bin/plug'],
    [['/opt/plug'], 'plug', '/bin/plug'],
    // A program of the allowed name that is somewhere else.
    [['plug'], '/tmp/plug', '/tmp/plug'],
  ])('%j denies %s', async (policy, command, path) => {
    await expect(enforce(policy, command, path)).rejects.toMatchObject({
      code: 'ERR_PLUGIN_DENIED',
      command,
    })
  })
})
