#!/usr/bin/env bash
# dynalite 4.0.0: an item with an empty key of a secondary index is taken, and an empty key of the table is refused.
#
# DynamoDB refuses both: "One or more parameter values are not valid. A value specified for a secondary index key is not
# supported ... empty string". A sparse index is built by leaving an attribute out, and the slip of writing "" instead
# goes unseen in tests over dynalite: the item is even found in the index. On AWS every such write fails.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
. "$(dirname "$0")/common.sh"
node_packages dynalite@4.0.0 @aws-sdk/client-dynamodb@3.1169.0
cat > main.mjs <<'JS'
import dynalite from "dynalite"
import { CreateTableCommand, DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb"

const server = dynalite({ createTableMs: 0 })
await new Promise((up) => server.listen(0, "127.0.0.1", up))
const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${server.address().port}`,
  region: "us-east-1",
  credentials: { accessKeyId: "none", secretAccessKey: "none" },
})
await client.send(new CreateTableCommand({
  TableName: "things",
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [{ AttributeName: "k", AttributeType: "S" }, { AttributeName: "g", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "k", KeyType: "HASH" }],
  GlobalSecondaryIndexes: [{
    IndexName: "by-g", KeySchema: [{ AttributeName: "g", KeyType: "HASH" }], Projection: { ProjectionType: "ALL" },
  }],
}))
const put = async (k, g) => {
  try {
    await client.send(new PutItemCommand({ TableName: "things", Item: { k: { S: k }, g: { S: g } } }))
    return "taken"
  } catch (e) {
    return "refused"
  }
}
console.log("empty key of the table:", await put("", "x"))
console.log("empty key of the index:", await put("a", ""))
server.close()
client.destroy()
JS
got=$(node main.mjs)
expect "$got" "empty key of the table: refused
empty key of the index: taken"
