using System.Globalization;
using System.Xml.Linq;

namespace ChatOps.Testing.S3;

/// <summary>
/// The answers of S3 that s3rver does not give. Source: Amazon S3 API Reference, "ListMultipartUploads", "Error responses".
/// </summary>
internal static class S3Xml
{
    public static string Error(string code) =>
        new XElement("Error", new XElement("Code", code), new XElement("Message", $"refused by a test: {code}")).ToString();

    public static string Uploads(IEnumerable<(string Id, string Key)> uploads, DateTimeOffset begun) => new XElement(
        "ListMultipartUploadsResult", new XElement("IsTruncated", "false"), uploads.Select(upload => new XElement(
            "Upload", new XElement("Key", upload.Key), new XElement("UploadId", upload.Id),
            new XElement(
                "Initiated", begun.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))))).ToString();
}
