-- Shows one code per request at the door, each once before any comes again, each request under a nonce of its own.
-- Arguments: a device's key, file of codes, eight hexadecimal digits that no other run has.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init(arguments)
  count, codes = 0, {}
  for line in io.lines(arguments[2]) do codes[#codes + 1] = line end
  nonce = arguments[3] .. string.format("-%04x-4000-8000-", id) .. "%012x"
  head = "POST /api/v1/checkins HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer "
    .. arguments[1] .. "\r\nContent-Length: "
end

-- Of two threads one takes the even codes and the other the odd ones.
function request()
  count = count + 1
  local body = '{"nonce":"' .. string.format(nonce, count) .. '","code":"' .. codes[(count * 2 + id) % #codes + 1] .. '"}'
  return head .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency, requests)
  print(string.format("RESULT %d %d %d %d %d %d %d", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
