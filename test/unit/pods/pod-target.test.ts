import { describe, expect, test } from 'vitest'
import { parsePodTarget } from '../../../src/pods/pod-target.ts'

describe('a pod', () => {
  test.each([
    ['web-0', 'web-0'],
    ['web.0', 'web.0'],
    ['pod/web-0', 'web-0'],
    ['po/web-0', 'web-0'],
    ['Pods/web-0', 'web-0'],
    ['pods.v1/web-0', 'web-0'],
  ])('%s', (text, name) => expect(parsePodTarget(text)).toEqual({ kind: 'pod', name }))
})

describe('a selector', () => {
  test.each([
    'app=web',
    'app.kubernetes.io/name=web',
    'app!=web',
    'app==web',
    'app in (a, b)',
    'app notin (a)',
    'a,b=c',
    '=',
  ])('%s', (labelSelector) => {
    expect(parsePodTarget(labelSelector)).toEqual({ kind: 'selector', labelSelector })
  })
})

describe('a workload', () => {
  const apps = '/apis/apps/v1'
  test.each([
    ['deploy/web', apps, 'deployments'],
    ['deployments.apps/web', apps, 'deployments'],
    ['statefulset.v1.apps/web', apps, 'statefulsets'],
    ['ds/web', apps, 'daemonsets'],
    ['rs/web', apps, 'replicasets'],
    ['job.batch/web', '/apis/batch/v1', 'jobs'],
    ['svc/web', '/api/v1', 'services'],
    ['rc/web', '/api/v1', 'replicationcontrollers'],
  ])('%s', (text, api, resource) => {
    const workload = { api, resource, name: 'web' }
    expect(parsePodTarget(text)).toEqual({ kind: 'workload', workload })
  })
})

describe('nothing of the kind', () => {
  test.each(['cronjob/web', 'deploy.batch/web', 'a/b/c', 'deploy/web/x', '/', 'constructor/x'])(
    '%s: the choices are named',
    (text) => {
      expect(() => parsePodTarget(text)).toThrow(RangeError)
      expect(() => parsePodTarget(text)).toThrow(
        /leads to no pods; use a pod's name, pod\/NAME, deploy\/NAME, .* or a label selector/,
      )
    },
  )

  test.each(['', 'A', 'deploy/', 'deploy/A', 'pod/..', '!app', 'app in', `x${'x'.repeat(300)}`])(
    '%j: not a name',
    (text) => expect(() => parsePodTarget(text)).toThrow(RangeError),
  )

  test('not a string', () => expect(() => parsePodTarget(undefined)).toThrow(TypeError))
})
