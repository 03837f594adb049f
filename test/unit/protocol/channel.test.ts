import { expect, test } from 'vitest'
import { Channel } from '../../../src/protocol/channel.ts'

// P-3.1
test('the channels have the numbers of every Kubernetes version', () => {
  expect(Channel).toEqual({ Stdin: 0, Stdout: 1, Stderr: 2, Status: 3, Resize: 4, Close: 255 })
})
