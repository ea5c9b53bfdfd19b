using System.Text;
using System.Text.Json.Nodes;

namespace ChatOps.Cluster.Json;

/// <summary>
/// Reads an object that a client sent in protobuf as the JSON it stands for; null when it, or a field of it, is not in
/// <see cref="ProtobufShapes"/>, so that nothing is ever dropped in silence.
/// </summary>
/// <remarks>Sources: Kubernetes API concepts, "Kubernetes Protobuf encoding"; Protocol Buffers, "Encoding".</remarks>
internal static class ProtobufObject
{
    private const int Varint = 0, LengthDelimited = 2;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    public static JsonObject? Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic)) return null;
        try
        {
            string apiVersion = "", kind = "";
            ReadOnlySpan<byte> raw = [];
            var envelope = new Reader(body[Magic.Length..]);
            while (envelope.Next(out var number, out _, out var bytes, out _))
            {
                if (number == 1) (apiVersion, kind) = TypeOf(bytes);
                else if (number == 2) raw = bytes;
            }
            if (Message(kind, raw) is not { } content) return null;
            (content["apiVersion"], content["kind"]) = (apiVersion, kind);
            return content;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    private static (string ApiVersion, string Kind) TypeOf(ReadOnlySpan<byte> bytes)
    {
        var reader = new Reader(bytes);
        var texts = new string[3];
        while (reader.Next(out var number, out _, out var text, out _))
            if (number is 1 or 2) texts[number] = Encoding.UTF8.GetString(text);
        return (texts[1] ?? "", texts[2] ?? "");
    }

    private static JsonObject? Message(string name, ReadOnlySpan<byte> bytes)
    {
        if (ProtobufShapes.Find(name) is not { } fields) return null;
        var reader = new Reader(bytes);
        var result = new JsonObject();
        while (reader.Next(out var number, out var wire, out var content, out var value))
        {
            // Go writes an unset time as one with nothing in it, and unset texts as empty ones: both are absent in JSON.
            if (name == "Time") continue;
            if (!fields.TryGetValue(number, out var field) || wire is not (Varint or LengthDelimited)) return null;
            if (!Put(result, field, content, value)) return null;
        }
        return result;
    }

    private static bool Put(JsonObject result, ProtobufField field, ReadOnlySpan<byte> content, ulong value)
    {
        switch (field.Type)
        {
            case "number":
                result[field.Name] = (long)value;
                return true;
            case "flag":
                result[field.Name] = value != 0;
                return true;
            case "text":
                if (content.Length > 0) result[field.Name] = Encoding.UTF8.GetString(content);
                return true;
            case "texts":
                if (result[field.Name] is not JsonArray texts) result[field.Name] = texts = [];
                texts.Add(Encoding.UTF8.GetString(content));
                return true;
            case ProtobufShapes.TextMap or ProtobufShapes.BytesMap:
                PutEntry(result.Child(field.Name), content, field.Type == ProtobufShapes.BytesMap);
                return true;
        }
        var inner = Message(field.Type, content);
        if (inner is { Count: > 0 }) result[field.Name] = inner;
        return inner is not null;
    }

    private static void PutEntry(JsonObject map, ReadOnlySpan<byte> entry, bool bytes)
    {
        var reader = new Reader(entry);
        var key = "";
        ReadOnlySpan<byte> value = [];
        while (reader.Next(out var number, out _, out var content, out _))
        {
            if (number == 1) key = Encoding.UTF8.GetString(content);
            else value = content;
        }
        map[key] = bytes ? Convert.ToBase64String(value) : Encoding.UTF8.GetString(value);
    }

    /// <summary>Walks the fields of one message.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _left = bytes;

        public bool Next(out int number, out int wire, out ReadOnlySpan<byte> content, out ulong value)
        {
            (number, wire, value) = (0, 0, 0);
            content = [];
            if (_left.IsEmpty) return false;
            var tag = Number();
            (number, wire) = (checked((int)(tag >> 3)), (int)(tag & 7));
            if (wire == LengthDelimited)
            {
                var length = checked((int)Number());
                content = _left[..length];
                _left = _left[length..];
            }
            else
            {
                value = Number();
            }
            return true;
        }

        private ulong Number()
        {
            ulong number = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = _left[0];
                _left = _left[1..];
                number |= (ulong)(part & 0x7f) << shift;
                if (part < 0x80) return number;
            }
        }
    }
}
