import { expect, it } from 'vitest'
import { negotiate } from '../../../src/testing/negotiation.ts'

const v5 = 'v5.channel.k8s.io'
const v4 = 'v4.channel.k8s.io'
const base64 = 'base64.channel.k8s.io'

it.each([
  ['api-server', [v4, v5], { subprotocol: v5, translated: true }],
  ['kubelet', [v5], { subprotocol: v5, translated: true }],
  ['runtime', [v5, v4], { subprotocol: v4, translated: false }],
  ['runtime', [v5], null],
  ['api-server', [base64, v4], { subprotocol: base64, translated: false }],
  ['api-server', ['v3.channel.k8s.io', v4], { subprotocol: v4, translated: false }],
  ['api-server', ['V5.channel.k8s.io'], null],
  ['api-server', [], { subprotocol: '', translated: false }],
] as const)('%s, offered %j', (generation, offered, expected) => {
  expect(negotiate(offered, generation)).toEqual(expected)
})
