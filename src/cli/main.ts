#!/usr/bin/env node
import { enableCompileCache } from './compile-cache.ts'

enableCompileCache()

// Loaded behind that line, so that it comes from the cache.
void import('./program.ts')
  .then(({ runProgram }) => runProgram(process.argv.slice(2)))
  .then((exitCode) => {
    process.exitCode = exitCode
  })
