import { expect, it } from 'vitest'
import * as der from '../../../src/testing/der.ts'

const hex = (bytes: Buffer): string => bytes.toString('hex')

it.each([
  [der.integer(Buffer.of(0)), '020100'],
  [der.integer(Buffer.of(0, 0, 1)), '020101'],
  [der.integer(Buffer.of(0x80)), '02020080'],
  [der.boolean(true), '0101ff'],
  [der.objectIdentifier('2.5.29.19'), '0603551d13'],
  [der.objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  [der.utf8String('\u00e9'), '0c02c3a9'],
  [der.bitString(Buffer.of(6), 1), '03020106'],
  [der.octetString(Buffer.of(1)), '040101'],
  [der.sequence(der.boolean(false)), '3003010100'],
  [der.set(), '3100'],
  [der.primitiveContext(2, Buffer.from('a')), '820161'],
  [der.constructedContext(3, der.set()), 'a3023100'],
])('%# is %s', (bytes, expected) => {
  expect(hex(bytes)).toBe(expected)
})

it('lengths over 127 have a length of their own', () => {
  expect(hex(der.octetString(Buffer.alloc(127)).subarray(0, 2))).toBe('047f')
  expect(hex(der.octetString(Buffer.alloc(128)).subarray(0, 3))).toBe('048180')
  expect(hex(der.octetString(Buffer.alloc(256)).subarray(0, 4))).toBe('04820100')
})

it('a UTCTime has seconds and Z', () => {
  const text = der.utcTime(new Date('2026-11-20T01:02:03.456Z')).subarray(2).toString()
  expect(text).toBe('261120010203Z')
})
