import { expect, test } from 'vitest'
import * as protocol from '../../../src/protocol/index.ts'

test('the public names', () => {
  expect(Object.keys(protocol).sort()).toEqual([
    'Channel',
    'SessionDecoder',
    'Subprotocol',
    'attachPath',
    'bearerSubprotocol',
    'chooseSubprotocol',
    'decodeFrame',
    'decodeStatus',
    'encodeClose',
    'encodeFrame',
    'encodeResize',
    'execPath',
    'exitCodeOf',
    'formatTraceEvent',
    'isSubprotocol',
    'maxStdinPayload',
    'mustRequestStdin',
    'parseTrace',
    'podPath',
    'podsPath',
    'subprotocols',
    'supportsClose',
    'timeline',
  ])
})
