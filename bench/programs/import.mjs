// Imports what it is told, or nothing, and says what the process weighs then.
if (process.argv[2] !== undefined) await import(process.argv[2])
process.stdout.write(JSON.stringify({ memory: process.memoryUsage.rss() / 2 ** 20 }))
