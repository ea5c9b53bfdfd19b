using System.Text.Json.Nodes;

namespace ChatOps.Testing.Telegram.Server;

/// <summary>sendDocument and getFile ("Sending files": 50 MB up, 20 MB down). The simulator fetches no addresses.</summary>
internal static class DocumentMethods
{
    private const int LongestCaption = 1024;
    private const int MostUp = 50 * 1024 * 1024;
    private const int MostDown = 20 * 1024 * 1024;

    public static JsonNode Send(World world, ApiRequest request)
    {
        var file = File(world, request);
        var caption = RichText.Read(request, "caption", "caption_entities");
        var message = MessageMethods.Post(world, request, caption, LongestCaption, "message caption is too long", file);
        return Wire.Message(world, message);
    }

    public static JsonNode GetFile(World world, ApiRequest request)
    {
        if (request.Text("file_id") is not { Length: > 0 } id) throw ApiRefusal.Bad("file_id not specified");
        var file = world.File(id) ?? throw ApiRefusal.Bad("wrong file_id or the file is temporarily unavailable");
        if (file.Bytes.Length > MostDown) throw ApiRefusal.Bad("file is too big");
        return new JsonObject
        {
            ["file_id"] = file.FileId,
            ["file_unique_id"] = file.UniqueId,
            ["file_size"] = file.Bytes.Length,
            ["file_path"] = file.Path,
        };
    }

    private static Func<TelegramDocument> File(World world, ApiRequest request)
    {
        var given = request.Text("document");
        var part = given?.StartsWith("attach://", StringComparison.Ordinal) == true ? given["attach://".Length..] : "document";
        if (request.Files.TryGetValue(part, out var upload))
        {
            if (upload.Bytes.Length == 0) throw ApiRefusal.Bad("file must be non-empty");
            if (upload.Bytes.Length > MostUp) throw new ApiRefusal(413, "Request Entity Too Large");
            return () => world.Keep(upload.Name, upload.Type, upload.Bytes);
        }
        if (string.IsNullOrEmpty(given) || part != "document") throw ApiRefusal.Bad("there is no document in the request");
        if (given.Contains('.', StringComparison.Ordinal)) throw ApiRefusal.Bad("failed to get HTTP URL content");
        var known = world.File(given) ?? throw ApiRefusal.Bad("wrong remote file identifier specified: can't unserialize it");
        return () => known;
    }
}
