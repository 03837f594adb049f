import { expect, it } from 'vitest'
import { interrupt } from '../../../../src/testing/fault/interruption.ts'

function recorder() {
  const calls: string[] = []
  const outlet = {
    send: async (channel: number, payload: Uint8Array) => {
      calls.push(`${channel} ${Buffer.from(payload)}`)
    },
    end: () => {
      calls.push('end')
    },
  }
  return { calls, outlet }
}

it('strikes once, at the byte', async () => {
  const { calls, outlet } = recorder()
  const faulty = interrupt(outlet, 3, () => void calls.push('strike'))
  await faulty.send(1, Buffer.alloc(0))
  await Promise.all([faulty.send(1, Buffer.from('ab')), faulty.send(2, Buffer.from('cd'))])
  await faulty.send(1, Buffer.from('e'))
  await faulty.send(3, Buffer.from('{}'))
  faulty.end()
  expect(calls).toEqual(['1 ', '1 ab', '2 c', 'strike'])
})

it('at 0 strikes after the ready message', async () => {
  const { calls, outlet } = recorder()
  const faulty = interrupt(outlet, 0, () => void calls.push('strike'))
  await faulty.send(1, Buffer.alloc(0))
  expect(calls).toEqual(['1 ', 'strike'])
})

it('with less output the session ends as it would', async () => {
  const { calls, outlet } = recorder()
  const faulty = interrupt(outlet, 9, () => void calls.push('strike'))
  await faulty.send(1, Buffer.from('ab'))
  await faulty.send(3, Buffer.from('{}'))
  faulty.end()
  expect(calls).toEqual(['1 ab', '3 {}', 'end'])
})
