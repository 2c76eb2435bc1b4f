-- tap.lua: what dissect.c has tshark run over a capture. It reads the plan from standard input and
-- writes the answer to standard output; nothing of either needs quoting, because every text comes
-- behind its length.
--
-- The plan:                                The answer:
--   filter LENGTH                            mailwire
--   (a display filter)                       wrong-filter INDEX LENGTH     and the reason
--   question LENGTH LENGTH                   wrong-question INDEX LENGTH   and the reason
--   (fields)(a display filter)               frame NUMBER …                and its bytes
--                                            other NUMBER …                for one that is not TCP
--                                            match INDEX NUMBER
--                                            value INDEX FIELD NUMBER LENGTH   and the text
--                                            end FRAMES
--
-- INDEX counts from 0. Frames come in order, and so do the matches of each filter.

local out = io.stdout
out:setvbuf("full", 65536)

-- Words and whole numbers (which newer releases of Lua would write as 25.0).
local function write(...)
    local words = {...}
    for i, word in ipairs(words) do
        words[i] = type(word) == "number" and string.format("%d", word) or word
    end
    out:write(table.concat(words, " "), "\n")
end

-- tshark's words for what is wrong, without what surrounds them:
-- `Error while registering tap: Filter "tcp &&" is invalid - Unexpected end of filter expression.`
local function reason(message)
    local words = tostring(message):gsub("%s+", " "):gsub("%.$", "")
    return words:match("is invalid %- (.*)$") or words
end

-- A listener on the frames that match `filter`; raises tshark's own words when it is no filter.
local function listen(filter, packet)
    local listener = Listener.new("frame", filter ~= "" and filter or nil)
    listener.packet = packet
    return listener
end

local function extractor(name)
    local fine, field = pcall(Field.new, name)
    if not fine then
        error(name .. " is neither a field nor a protocol name", 0)
    end
    return field
end

-- Facts of frames.

local field = {}
for name, abbreviation in pairs {
    time = "frame.time_epoch", cap_len = "frame.cap_len", len = "frame.len",
    stream = "tcp.stream", source_port = "tcp.srcport", destination_port = "tcp.dstport",
    flags = "tcp.flags", sequence = "tcp.seq_raw", acknowledgment = "tcp.ack_raw",
    payload = "tcp.payload", payload_length = "tcp.len", icmp = "icmp", icmpv6 = "icmpv6", tls = "tls",
    records = "tls.record.content_type", record_lengths = "tls.record.length",
    handshakes = "tls.handshake.type", alerts = "tls.alert_message.desc",
} do
    field[name] = Field.new(abbreviation)
end

-- Whose bytes are the application's, when they came through TLS.
local applications = {}
for _, name in ipairs {"smtp", "imap", "pop", "http", "data"} do
    applications[#applications + 1] = Field.new(name)
end

local function bytes_of(infos)
    local parts = {}
    for _, info in ipairs(infos) do
        parts[#parts + 1] = info.range:raw()
    end
    return table.concat(parts)
end

local function types_of(infos)
    local parts = {}
    for _, info in ipairs(infos) do
        parts[#parts + 1] = string.char(info.value % 256)
    end
    return table.concat(parts)
end

-- In TLS 1.3 an encrypted record is application data from outside (RFC 8446 §5.2), and what it truly
-- is can only be told with keys. Those without are told as what they look like, behind the others.
local function record_types()
    local types = types_of({field.records()})
    return types .. string.rep(string.char(23), #{field.record_lengths()} - #types)
end

-- Their lengths, two octets each, without the header of five. What TLS forbids to be longer is cut to
-- what two octets can say.
local function record_lengths()
    local parts = {}
    for _, info in ipairs({field.record_lengths()}) do
        local length = math.min(info.value, 65535)
        parts[#parts + 1] = string.char(math.floor(length / 256), length % 256)
    end
    return table.concat(parts)
end

local function decrypted()
    local parts = {}
    for _, application in ipairs(applications) do
        parts[#parts + 1] = bytes_of({application()})
    end
    return table.concat(parts)
end

local function is_whole()
    return field.source_port() ~= nil and field.destination_port() ~= nil and field.flags() ~= nil
        and field.sequence() ~= nil and field.acknowledgment() ~= nil
end

-- One word, whatever kind of address it is.
local function name_of(address)
    local name = tostring(address):gsub("[%s%c]", "_")
    return name ~= "" and name or "?"
end

-- Seconds and nanoseconds; those that no clock of ours shows (a damaged file has them) become 0.
local function time_of(time)
    local fine = time.secs >= 0 and time.secs < 9000000000 and time.nsecs >= 0 and time.nsecs < 1000000000
    return fine and time.secs or 0, fine and time.nsecs or 0
end

local frames = 0

local function tell_frame(pinfo)
    local seconds, nanoseconds = time_of(field.time().value)
    local stream = field.stream()
    local payload, application, records, lengths, handshakes, alerts = "", "", "", "", "", ""

    frames = frames + 1
    -- An ICMP error quotes the TCP segment that it is about; that one was not sent again. And a header
    -- may be damaged or cut: then there is a stream, perhaps, but not all that makes a segment.
    if stream == nil or field.icmp() ~= nil or field.icmpv6() ~= nil or not is_whole() then
        write("other", pinfo.number, seconds, nanoseconds)
        return
    end
    local payload_length = field.payload_length() -- none where its header is cut off
    payload = bytes_of({field.payload()})
    if field.tls() ~= nil then
        application = decrypted()
        records = record_types()
        lengths = record_lengths()
        handshakes = types_of({field.handshakes()})
        alerts = types_of({field.alerts()})
    end
    write("frame", pinfo.number, seconds, nanoseconds, stream.value, name_of(pinfo.net_src),
          name_of(pinfo.net_dst), field.source_port().value, field.destination_port().value,
          field.flags().value, field.sequence().value, field.acknowledgment().value,
          field.cap_len().value < field.len().value and 1 or 0, field.len().value,
          payload_length ~= nil and payload_length.value or 0, #payload, #application, #records, #lengths, #handshakes,
          #alerts)
    out:write(payload, application, records, lengths, handshakes, alerts, "\n")
end

local function add_filter(index, filter)
    local fine, message = pcall(listen, filter, function(pinfo)
        write("match", index, pinfo.number)
    end)
    if not fine then
        local words = reason(message)
        write("wrong-filter", index, #words)
        out:write(words, "\n")
    end
end

local function add_question(index, names, filter)
    local fine, message = pcall(function()
        local fields = {}
        for name in names:gmatch("%S+") do
            fields[#fields + 1] = extractor(name)
        end
        listen(filter, function(pinfo)
            for number, extract in ipairs(fields) do
                for _, info in ipairs({extract()}) do
                    local text = tostring(info.value)
                    write("value", index, number - 1, pinfo.number, #text)
                    out:write(text, "\n")
                end
            end
        end)
    end)
    if not fine then
        local words = reason(message)
        write("wrong-question", index, #words)
        out:write(words, "\n")
    end
end

local function read_plan(plan)
    local filters, questions = 0, 0
    for line in plan:lines() do
        local word, first, second = line:match("^(%S+) ?(%d*) ?(%d*)$")
        first, second = tonumber(first), tonumber(second)
        if word == "filter" then
            add_filter(filters, plan:read(first))
            filters = filters + 1
            plan:read(1)
        elseif word == "question" then
            add_question(questions, plan:read(first) or "", plan:read(second) or "")
            questions = questions + 1
            plan:read(1)
        end
    end
end

write("mailwire")
listen("", tell_frame).draw = function()
    write("end", frames)
    out:flush()
end
read_plan(io.stdin)
