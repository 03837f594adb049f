import { describe, expect, it } from 'vitest'
import { attachTarget } from '../../../src/pods/attach-target.ts'
import { JsonFields } from '../../../src/pods/json-fields.ts'
import { readPod } from '../../../src/pods/pod-resource.ts'

const running = { running: {} }

function pod({ state = running as object | null, phase = 'Running', annotation = '' } = {}) {
  const of = (name: string) => (state === null ? [] : [{ name, state }])
  return readPod(
    new JsonFields({
      metadata: {
        name: 'web-0',
        namespace: 'shop',
        annotations: { 'kubectl.kubernetes.io/default-container': annotation },
      },
      spec: {
        containers: [{ name: 'app', tty: true }, { name: 'sidecar' }],
        initContainers: [{ name: 'setup' }],
        ephemeralContainers: [{ name: 'debug' }],
      },
      status: {
        phase,
        containerStatuses: [...of('app'), ...of('sidecar')],
        initContainerStatuses: of('setup'),
        ephemeralContainerStatuses: of('debug'),
      },
    }),
  )
}

describe('the container', () => {
  it.each([
    [undefined, '', 'app'],
    [undefined, 'sidecar', 'sidecar'],
    [undefined, 'debug', 'debug'],
    ['app', 'sidecar', 'app'],
    ['setup', '', 'setup'],
    ['debug', '', 'debug'],
  ])('%s, with the annotation %j: %s', (name, annotation, expected) => {
    expect(attachTarget(pod({ annotation }), name).name).toBe(expected)
  })

  it.each([
    ['nope', ''],
    [undefined, 'nope'],
  ])('%s, with the annotation %j: there is none', (name, annotation) => {
    expect(() => attachTarget(pod({ annotation }), name)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONTAINER_NOT_FOUND',
        message: expect.stringContaining('app, sidecar, debug'),
      }),
    )
  })
})

describe('a container that does not run', () => {
  it.each([
    [{ waiting: { reason: 'CrashLoopBackOff' } }, 'Running', 'it is waiting (CrashLoopBackOff)'],
    [{ waiting: {} }, 'Pending', 'it is waiting'],
    [
      { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      'Running',
      'it has ended with exit code 137 (OOMKilled)',
    ],
    [{ terminated: { exitCode: 0 } }, 'Succeeded', 'it has ended with exit code 0'],
    [{}, 'Running', 'it is waiting'],
    [null, 'Pending', "the pod's phase is Pending"],
    [null, '', "the pod's phase is not known"],
  ])('%j in a pod that is %s', (state, phase, why) => {
    for (const container of ['app', 'debug', 'setup']) {
      expect(() => attachTarget(pod({ state, phase }), container)).toThrow(
        expect.objectContaining({
          name: 'PodwireError',
          code: 'ERR_CONTAINER_NOT_RUNNING',
          message: `container ${container} of pod web-0 is not running: ${why}`,
        }),
      )
    }
  })

  it('as long as the kubelet has not said so may run in a running pod', () => {
    expect(attachTarget(pod({ state: null }), 'debug').name).toBe('debug')
  })
})
