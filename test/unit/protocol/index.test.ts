import { expect, test } from 'vitest'
import * as protocol from '../../../src/protocol/index.ts'

test('the public names', () => {
  expect(Object.keys(protocol).sort()).toEqual([
    'Channel',
    'SessionDecoder',
    'Subprotocol',
    'attachPath',
    'chooseSubprotocol',
    'decodeFrame',
    'decodeStatus',
    'encodeClose',
    'encodeFrame',
    'encodeResize',
    'execPath',
    'exitCodeOf',
    'isSubprotocol',
    'maxStdinPayload',
    'mustRequestStdin',
    'podPath',
    'podsPath',
    'subprotocols',
    'supportsClose',
  ])
})
