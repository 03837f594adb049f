import { describe, expect, test } from 'vitest'
import {
  chooseContainer,
  containerNames,
  defaultContainer,
} from '../../../src/pods/default-container.ts'
import { JsonFields } from '../../../src/pods/json-fields.ts'
import { containersOf, readPod } from '../../../src/pods/pod-resource.ts'

function pod(annotation?: string, containers: readonly string[] = ['app', 'side']) {
  const annotations = annotation === undefined ? {} : { [name]: annotation }
  const named = (...names: readonly string[]) => names.map((one) => ({ name: one }))
  return readPod(
    new JsonFields({
      metadata: { name: 'web-0', namespace: 'default', annotations },
      spec: {
        containers: named(...containers),
        ...(containers.length > 0 && {
          initContainers: named('setup'),
          ephemeralContainers: named('debug'),
        }),
      },
    }),
  )
}
const name = 'kubectl.kubernetes.io/default-container'

test.each<[string | undefined, string | undefined, string]>([
  [undefined, undefined, 'app'],
  ['', undefined, 'app'],
  ['side', undefined, 'side'],
  ['setup', undefined, 'setup'],
  ['side', 'app', 'app'],
  [undefined, 'debug', 'debug'],
  [undefined, 'setup', 'setup'],
])('annotation %j, asked for %j: %s', (annotation, asked, expected) => {
  expect(chooseContainer(pod(annotation), asked).name).toBe(expected)
})

const choices = 'app, side, debug (ephem), setup (init)'
describe('there is none', () => {
  test.each([
    [pod(), 'zzz', `container zzz is not valid for pod web-0 out of: ${choices}`],
    [pod('nope'), undefined, `container nope is not valid for pod web-0 out of: ${choices}`],
    [pod(undefined, []), undefined, 'pod web-0 does not have any containers'],
  ])('%#', (resource, asked, message) => {
    expect(() => chooseContainer(resource, asked)).toThrow(
      expect.objectContaining({ code: 'ERR_CONTAINER_NOT_FOUND', message }),
    )
  })
})

test('a wrong annotation is no error for logs', () => {
  expect(defaultContainer(pod('nope'), 'logs').name).toBe('app')
  expect(() => defaultContainer(pod('nope'), 'exec')).toThrow('container nope is not valid')
  expect(defaultContainer(pod('side'), 'logs').name).toBe('side')
})

test("names are in kubectl's order", () => {
  expect(containerNames(containersOf(pod()))).toBe(choices)
})
