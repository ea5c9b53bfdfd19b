namespace ChatOps.Telemetry;

/// <summary>
/// Notes of every export whether the collector took it. Of what the collector says only numbers are passed on: it has seen the headers, and
/// might repeat them.
/// </summary>
internal sealed class NotedSending(string address, Outages outages, HttpMessageHandler below) : DelegatingHandler(below)
{
    private const string GrpcStatus = "grpc-status";

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            var response = base.Send(request, cancellation);
            Note(response);
            return response;
        }
        catch (Exception failure)
        {
            Note(failure);
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            var response = await base.SendAsync(request, cancellation);
            // The status of a call comes after its body.
            if (request.Content?.Headers.ContentType?.MediaType == "application/grpc")
                await response.Content.LoadIntoBufferAsync(cancellation);
            Note(response);
            return response;
        }
        catch (Exception failure)
        {
            Note(failure);
            throw;
        }
    }

    private void Note(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode) outages.Failed(address, $"it answers {(int)response.StatusCode}");
        else if (Status(response) is { } status and not 0) outages.Failed(address, $"it answers with gRPC status {status}");
        else outages.Succeeded(address);
    }

    private void Note(Exception failure) => outages.Failed(address, failure switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } => $"{error}",
        OperationCanceledException => "no answer in time",
        _ => failure.GetType().Name,
    });

    private static int? Status(HttpResponseMessage response) =>
        (response.TrailingHeaders.TryGetValues(GrpcStatus, out var values) || response.Headers.TryGetValues(GrpcStatus, out values))
        && int.TryParse(values.First(), out var status) ? status : null;
}
