#!/usr/bin/env bash
# A newcomer's first quarter of an hour, on a fresh clone: install, demo, a first push registered with Amazon's SDK, messages sent
# by curl and by the command line, and the emulator in a test. Needs git, curl 7.75 or newer and any Node.js from 20 on.
#
#   scripts/newcomer.sh [repository]     default: the repository of this file
set -eu
from=${1:-$(cd "$(dirname "$0")/.." && pwd)}
work=$(mktemp -d)
service=
finish() {
  [ -z "$service" ] || kill -- "-$service" 2>/dev/null || true
  [ -z "$service" ] || wait "$service" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT INT TERM
# A snippet of a page, by the words after its opening fence.
block() { awk -v fence='```'"$2" '$0 == fence { on = 1; next } $0 == "```" { on = 0 } on' "$1"; }
step() { printf '\n== %s (%s s)\n' "$1" "$(($(date +%s) - began))"; }
began=$(date +%s)

step 'clone'
git clone --quiet "$from" "$work/chatpush"
cd "$work/chatpush"

step 'npm ci'
npm ci --no-audit --no-fund > "$work/ci.log" 2>&1 || { cat "$work/ci.log"; exit 1; }

step 'npm run demo'
npm run demo -- --once

step 'npm start'
port=$(node -p "const s = require('net').createServer().listen(0, () => { console.log(s.address().port); s.close(); }); ''" | tr -d '\n')
export CHATPUSH_PORT="$port" CHATPUSH_STORE="sqlite:$work/data/chatpush.db"
# A separate process group, because npm passes SIGTERM to its shell but not to the service.
set -m
npm start > "$work/service.log" 2>&1 &
service=$!
set +m
url=http://127.0.0.1:$port
curl --silent --fail --retry 60 --retry-delay 1 --retry-all-errors "$url/readyz" > "$work/ready" || { cat "$work/service.log"; exit 1; }

step "a device is registered by Amazon's SDK"
block README.md 'ts register.ts' > register.mjs
AWS_ENDPOINT_URL_CONNECT=$url AWS_REGION=eu-central-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test node register.mjs

step 'a message is written by curl, and the phone lights up'
curl --silent --show-error --fail --aws-sigv4 aws:amz:eu-central-1:connect --user test:test -X PUT "$url/chat-events/support" \
  -H 'content-type: application/json' \
  -d '{"Events":[{"Id":"m1","ContactId":"a-contact","Type":"MESSAGE","ContentType":"text/plain","Content":"Hello!","ParticipantRole":"AGENT"}]}'
curl --silent --show-error --fail "$url/emulator/phones/a-token-from-fcm/wait?contains=Hello" | grep -o '"body":"Hello!"' | head -1

step 'a push by the command line, and why the message did what it did'
npm start --silent -- send --application support --type GCM --token another-phone 'By the command line'
curl --silent --show-error --fail "$url/emulator/phones/another-phone/wait?contains=command" > /dev/null
npm start --silent -- why a-contact --instance support | grep 'the gateway accepted it'

step 'the emulator in a test'
for file in push.test.js notify-customer.js; do block docs/guides/in-your-tests.md "js $file" > "$file"; done
npm exec -- node --conditions=source --test push.test.js > "$work/test.log" 2>&1 || { cat "$work/test.log"; exit 1; }

step 'done'
