-- The canned S3 endpoint, run by nginx: it answers what a client of S3 asks and costs next to nothing, so that what is
-- measured is the client. It reads every body to its end and drops it. It keeps only the sizes of what was written
-- (for HEAD, and to check afterwards that all of it came), never a byte. It checks no signature.
--
-- What can be read: <root>/bench/big, and <root>/bench/small/…, as <root>/keys lists them (key, size, ETag,
-- CRC-64; in the order of bytes), with the ETags and checksums that S3 would give: the checksum to those who ask for it, with
-- whole objects only. nginx sends those files itself; `etag` only says what they are.

local M = {}

local PAGE = 1000
local CHUNK = 122880 -- just below what malloc takes from the kernel each time, as fresh pages
local ETAG = '"canned-0"'
local NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
local TIME = "2024-01-02T03:04:05.000Z"

local keys, etags, checksums, pages = {}, {}, {}, {}
local written = ngx.shared.written

-- The row of a key in a listing, and the folder that stands for it if there is one.
local function row_of(k, prefix, delimiter)
  local cut = delimiter and k.key:find(delimiter, #prefix + 1, true)
  local folder = cut and k.key:sub(1, cut)
  if folder then return "<CommonPrefixes><Prefix>" .. folder .. "</Prefix></CommonPrefixes>", folder end
  return "<Contents><Key>" .. k.key .. "</Key><LastModified>" .. TIME .. "</LastModified><ETag>&quot;" .. k.etag
    .. "&quot;</ETag><Size>" .. k.size .. "</Size><StorageClass>STANDARD</StorageClass></Contents>"
end

-- The pages of a listing are made when they are first asked for, and kept: every worker pays once, in the warm-up.
local function make_pages(prefix, delimiter)
  local made, rows, seen = {}, {}, nil
  for _, k in ipairs(keys) do
    if k.key:sub(1, #prefix) == prefix then
      local row, folder = row_of(k, prefix, delimiter)
      if not folder or folder ~= seen then rows[#rows + 1] = row end
      seen = folder
    end
  end
  for p = 1, math.max(1, math.ceil(#rows / PAGE)) do
    local last = math.min(p * PAGE, #rows)
    made[p] = { rows = table.concat(rows, "", (p - 1) * PAGE + 1, last), count = last - (p - 1) * PAGE }
    if last < #rows then made[p].next = p + 1 end
  end
  return made
end

-- The page behind a name, of what is not deleted.
local function page_after(prefix, delimiter, after)
  local low, high = 1, #keys + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if keys[middle].key > after then high = middle else low = middle + 1 end
  end
  local rows, seen, last = {}, nil, nil
  for n = low, #keys do
    local k = keys[n]
    if k.key:sub(1, #prefix) == prefix and not written:get("gone:" .. k.key) then
      local row, folder = row_of(k, prefix, delimiter)
      -- A folder that was told is not told again.
      local told = folder and (folder == seen or after:sub(1, #folder) == folder)
      if not told then
        if #rows == PAGE then return { rows = table.concat(rows), count = PAGE, next = "after:" .. last } end
        rows[#rows + 1] = row
      end
      seen, last = folder, k.key
    end
  end
  return { rows = table.concat(rows), count = #rows }
end

function M.load(root)
  for line in io.lines(root .. "/keys") do
    local key, size, etag, crc = line:match("^(%S+) (%d+) (%S+) (%S+)$")
    keys[#keys + 1] = { key = key, size = size, etag = etag }
    checksums["/bench/" .. key] = crc
    etags["/bench/" .. key] = '"' .. etag .. '"'
  end
  table.sort(keys, function(a, b) return a.key < b.key end)
end

local function wait()
  local ms = tonumber(ngx.var.delay_ms)
  if ms > 0 then ngx.sleep(ms / 1000) end
end

local function xml(status, body)
  wait()
  ngx.status = status
  ngx.header.content_type = "application/xml"
  ngx.header.content_length = #body
  ngx.print(body)
end

local function none(status)
  wait()
  ngx.status = status
  ngx.header.content_length = 0
  ngx.send_headers()
end

-- Reads the body to its end and returns its length. Nothing answers before this is done.
local function drain()
  local left = tonumber(ngx.var.http_content_length)
  if not left then
    ngx.req.read_body() -- chunked: nginx takes the chunks apart
    return #(ngx.req.get_body_data() or "")
  end
  if left == 0 then return 0 end
  if left <= 65536 then
    ngx.req.read_body()
    return left
  end
  local size = left
  local sock, why = ngx.req.socket()
  if not sock then
    ngx.log(ngx.ERR, "no body socket: ", why)
    return ngx.exit(500)
  end
  sock:settimeout(60000)
  while left > 0 do
    local bytes, err = sock:receiveany(math.min(CHUNK, left))
    if not bytes then
      ngx.log(ngx.ERR, "body cut off: ", err)
      return ngx.exit(400)
    end
    left = left - #bytes
  end
  return size
end

-- The length of the object itself, where the body is framed (aws-chunked).
local function payload(size)
  return tonumber(ngx.var.http_x_amz_decoded_content_length) or size
end

-- It looks at hashes, as S3 does, but only at those of a body that is one "x": that is what a client sends, with a wrong
-- one, to find out whether a server looks at all.
local X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

local function put()
  local size = payload(drain())
  local hash = ngx.var.http_x_amz_content_sha256
  if size == 1 and ngx.req.get_body_data() == "x" and hash and #hash == 64 and hash ~= X then
    return xml(400, "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>the hash is not that of the body</Message></Error>")
  end
  local args, uri = ngx.var.args, ngx.var.uri
  if uri == "/bench" or uri == "/bench/" then return none(200) end -- the bucket itself
  if ngx.var.http_if_none_match then
    ngx.req.clear_header("If-None-Match") -- or nginx answers 304, by a rule that is for GET
    if written:get(uri) then return xml(412, "<Error><Code>PreconditionFailed</Code><Message>it exists</Message></Error>") end
  end
  if args and args:find("uploadId=", 1, true) then
    written:set(uri .. "\n" .. args:match("partNumber=(%d+)"), size) -- a part that comes again replaces itself
  else
    written:set(uri, size)
    written:incr("objects", 1, 0)
    written:incr("bytes", size, 0)
  end
  wait()
  ngx.header.etag = ETAG
  ngx.header.content_length = 0
  ngx.send_headers()
end

local function delete_many()
  ngx.req.read_body()
  local body = ngx.req.get_body_data() or ""
  local quiet = body:find("<Quiet>true</Quiet>", 1, true)
  local out, n = { "<DeleteResult " .. NS .. ">" }, 0
  for key in body:gmatch("<Key>(.-)</Key>") do
    if etags["/bench/" .. key] and written:add("gone:" .. key, true) then n = n + 1 end
    if not quiet then out[#out + 1] = "<Deleted><Key>" .. key .. "</Key></Deleted>" end
  end
  written:incr("deleted", n, 0)
  out[#out + 1] = "</DeleteResult>"
  xml(200, table.concat(out))
end

local function complete(uri)
  ngx.req.clear_header("If-None-Match")
  ngx.req.read_body()
  local size, body = 0, ngx.req.get_body_data()
  if not body then -- larger than the buffer, so in a file
    local file = io.open(ngx.req.get_body_file(), "rb")
    body = file:read("*a")
    file:close()
  end
  for n in body:gmatch("<PartNumber>(%d+)") do
    local part = uri .. "\n" .. n
    size = size + (written:get(part) or 0)
    written:delete(part)
  end
  written:set(uri, size)
  written:incr("objects", 1, 0)
  written:incr("bytes", size, 0)
  xml(200, "<CompleteMultipartUploadResult " .. NS .. "><Bucket>bench</Bucket><Key>" .. uri:sub(8)
    .. "</Key><ETag>" .. ETAG .. "</ETag></CompleteMultipartUploadResult>")
end

local function post()
  local uri, args = ngx.var.uri, ngx.req.get_uri_args()
  if args.delete then return delete_many() end
  if args.uploads then
    drain()
    return xml(200, "<InitiateMultipartUploadResult " .. NS .. "><Bucket>bench</Bucket><Key>" .. uri:sub(8)
      .. "</Key><UploadId>canned</UploadId></InitiateMultipartUploadResult>")
  end
  if args.uploadId then return complete(uri) end
  none(501)
end

local function list(args)
  local prefix = type(args.prefix) == "string" and args.prefix or ""
  local delimiter = type(args.delimiter) == "string" and args.delimiter ~= "" and args.delimiter or nil
  local token = args["continuation-token"]
  local after = token and token:match("^after:(.*)$") or not token and args["start-after"]
  if not token and not after and (written:get("deleted") or 0) > 0 then after = "" end
  local page
  if after then
    page = page_after(prefix, delimiter, after)
  else
    local name = prefix .. "\n" .. (delimiter or "")
    pages[name] = pages[name] or make_pages(prefix, delimiter)
    page = pages[name][tonumber(token or "1")]
  end
  xml(200, '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult ' .. NS .. "><Name>bench</Name><Prefix>" .. prefix
    .. "</Prefix><KeyCount>" .. page.count .. "</KeyCount><MaxKeys>" .. PAGE .. "</MaxKeys><IsTruncated>" .. tostring(page.next ~= nil)
    .. "</IsTruncated>" .. (page.next and "<NextContinuationToken>" .. page.next .. "</NextContinuationToken>" or "") .. page.rows
    .. "</ListBucketResult>")
end

local function no_such_key()
  xml(404, "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>")
end

-- What nginx sends itself gets its ETag here (before the conditions of the request are looked at), and the delay.
function M.etag()
  wait()
  local uri = ngx.var.uri
  ngx.header.etag = etags[uri]
  if ngx.var.checksums == "1" and ngx.var.http_x_amz_checksum_mode and not ngx.var.http_range then
    ngx.header["x-amz-checksum-crc64nvme"] = checksums[uri]
    ngx.header["x-amz-checksum-type"] = "FULL_OBJECT"
  end
end

local function get()
  local uri, args = ngx.var.uri, ngx.req.get_uri_args()
  if uri == "/bench" or uri == "/bench/" then
    if ngx.req.get_method() == "HEAD" then return none(200) end
    if args.location then return xml(200, "<LocationConstraint " .. NS .. "/>") end
    if args.versioning then return xml(200, "<VersioningConfiguration " .. NS .. "/>") end
    if args.uploads then return xml(200, "<ListMultipartUploadsResult " .. NS .. "/>") end
    return list(args)
  end
  if uri == "/" then
    return xml(200, "<ListAllMyBucketsResult " .. NS .. "><Buckets><Bucket><Name>bench</Name><CreationDate>" .. TIME
      .. "</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>")
  end
  if etags[uri] then return ngx.exec("@object") end
  local size = written:get(uri)
  if size and ngx.req.get_method() == "HEAD" then
    wait()
    ngx.header.etag = ETAG
    ngx.header.last_modified = "Tue, 02 Jan 2024 03:04:05 GMT"
    ngx.header.content_length = size
    return ngx.send_headers()
  end
  no_such_key()
end

-- /-/written: what came in since the last /-/forget, for the script.
function M.control()
  if ngx.var.uri == "/-/forget" then written:flush_all() end
  ngx.say(written:get("objects") or 0, " ", written:get("bytes") or 0, " ", written:get("deleted") or 0)
end

local function delete()
  local uri = ngx.var.uri
  if etags[uri] and written:add("gone:" .. uri:sub(8), true) then written:incr("deleted", 1, 0) end
  none(204)
end

local verbs = { PUT = put, POST = post, GET = get, HEAD = get, DELETE = delete }

function M.answer()
  ngx.header["x-amz-request-id"] = "canned"
  local verb = verbs[ngx.req.get_method()]
  if not verb then return none(405) end
  verb()
end

return M
