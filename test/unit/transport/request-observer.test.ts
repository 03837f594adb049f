import { expect, it, vi } from 'vitest'
import { UpgradeError } from '../../../src/errors.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'
import type { RequestEvent, RequestObserver } from '../../../src/transport/request-observer.ts'
import { observe } from '../../../src/transport/request-observer.ts'

const endpoint = endpointOf({ server: 'https://k8s.test:6443' }, false)
const path =
  '/api/v1/namespaces/n/pods/p/exec?stdout=true&command=mysql&command=-psecret&container=c'

it('tells of an answer, without the command', async () => {
  const events: RequestEvent[] = []
  const observe101 = observe(
    endpoint,
    { path, subprotocol: 'v4.channel.k8s.io', answer: 101 },
    (event) => events.push(event),
    async () => 'result',
  )
  expect(await observe101).toBe('result')
  expect(events).toEqual([
    {
      url: 'https://k8s.test:6443/api/v1/namespaces/n/pods/p/exec?stdout=true&command=…&container=c',
      subprotocol: 'v4.channel.k8s.io',
      httpStatus: 101,
      milliseconds: expect.any(Number),
    },
  ])
})

it.each([
  [new UpgradeError('ERR_UPGRADE_REFUSED', 'x', { httpStatus: 403 }), 403],
  [new Error('reset'), null],
])('tells of a failure, which stays what it was: %s', async (error, httpStatus) => {
  const onRequest = vi.fn()
  const attempt = () => Promise.reject(error)
  await expect(observe(endpoint, { path, answer: 200 }, onRequest, attempt)).rejects.toBe(error)
  expect(onRequest).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ httpStatus }))
})

it.each<[string, RequestObserver]>([
  [
    'throws',
    () => {
      throw new Error('full')
    },
  ],
  ['rejects', () => Promise.reject(new Error('full'))],
])('an observer that %s is told of in a warning', async (_how, onRequest) => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  expect(await observe(endpoint, { path, answer: 200 }, onRequest, async () => 1)).toBe(1)
  await expect.poll(() => warn.mock.calls).toEqual([['onRequest failed: full']])
  warn.mockRestore()
})
