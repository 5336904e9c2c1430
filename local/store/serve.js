// Serves dynalite on loopback and prints the port on standard output. It ends when its standard input closes: the
// program that started it holds the other end, so it cannot outlive that program, however that program ends.
const dynalite = require('dynalite')

const db = require('dynalite/db')

// DynamoDB refuses an empty text as the value of an index key; dynalite accepts it. This check runs before each write,
// when the conditions hold, with the item as it will be; dynalite's actions look it up in its module each time.
const updateIndexes = db.updateIndexes
db.updateIndexes = (store, table, existing, item, done) => {
  const refused = item && db.traverseIndexes(table, (attr, type, index) => {
    if (item[attr]?.[type] !== '') return null
    const kind = type === 'B' ? 'binary' : 'string'
    return db.validationError('One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
      `The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index.IndexName}, IndexKey: ${attr}`)
  })
  if (refused) return done(refused)
  updateIndexes(store, table, existing, item, done)
}

const { port, path } = JSON.parse(process.argv[1])
const server = dynalite({ path: path || undefined, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 })

server.on('error', (err) => {
  console.error(err.code === 'EADDRINUSE' ? `port ${port} is in use` : err.stack)
  process.exit(1)
})
server.listen(port, '127.0.0.1', () => console.log(server.address().port))

// dynalite throws when a client disconnects while it sends, as one does that waits no longer. The error is ignored.
process.on('uncaughtException', (err) => {
  if (err.code === 'ECONNRESET' || err.code === 'EPIPE') return
  console.error(err.stack)
  process.exit(1)
})

process.stdin.resume()
process.stdin.on('end', () => {
  server.closeAllConnections()
  server.close((err) => process.exit(err ? 1 : 0)) // writes to disk what is still in memory
})
