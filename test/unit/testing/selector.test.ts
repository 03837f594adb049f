import { expect, it } from 'vitest'
import { podResource } from '../../../src/testing/pod-resource.ts'
import { parseFieldSelector, parseLabelSelector } from '../../../src/testing/selector.ts'

const labels = { app: 'web', 'app.kubernetes.io/tier': 'front', empty: '' }

it.each([
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app = db', false],
  ['app!=db', true],
  ['other!=db', true],
  ['app in (db, web)', true],
  ['app in (db)', false],
  ['app notin (db,web)', false],
  ['other notin (db)', true],
  ['other in ()', false],
  ['app', true],
  ['!app', false],
  ['!other', true],
  ['empty=', true],
  ['app in (web,db),app.kubernetes.io/tier=front', true],
  ['app=web,app.kubernetes.io/tier=back', false],
])('%j is %s', (text, selected) => {
  expect(parseLabelSelector(text)?.(labels)).toBe(selected)
})

it.each([['app in web'], ['a b'], ['=x'], ['app=web,']])('%j is none', (text) => {
  expect(parseLabelSelector(text)).toBeNull()
})

const pod = podResource({ name: 'web-0', namespace: 'shop', containers: [{ name: 'app' }] })

it.each([
  ['', true],
  ['metadata.name=web-0', true],
  ['metadata.name!=web-0', false],
  ['status.phase=Running,metadata.namespace==shop', true],
  ['status.phase=Failed', false],
])('fields %j are %s', (text, selected) => {
  const hasFields = parseFieldSelector(text)
  expect(typeof hasFields === 'function' && hasFields(pod)).toBe(selected)
})

it('other fields are refused in words', () => {
  expect(parseFieldSelector('spec.x=1')).toBe('field label not supported: spec.x')
  expect(parseFieldSelector('x')).toBe("invalid selector: 'x'; can't understand 'x'")
})
