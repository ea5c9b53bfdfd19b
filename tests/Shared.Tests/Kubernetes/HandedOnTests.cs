using ChatOps.Testing;

namespace ChatOps.Shared.Tests.Kubernetes;

public sealed class HandedOnTests
{
    [Fact]
    public async Task The_head_of_an_answer_is_there_before_it_has_anything_to_tell()
    {
        var news = new TaskCompletionSource();
        await using var server = await LocalServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await news.Task.WaitAsync(context.RequestAborted);
            await context.Response.Body.WriteAsync("{}"u8.ToArray(), context.RequestAborted);
        });
        using var client = new HttpClient();
        await using var front = await LocalServer.StartAsync(async context =>
        {
            using var answer = await client.GetAsync(server.Url, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            await answer.HandOnAsync(context);
        });
        var asking = client.GetAsync(front.Url, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var watch = await asking.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        Assert.Equal("application/json", watch.Content.Headers.ContentType!.MediaType);
        news.SetResult();
        Assert.Equal("{}", await watch.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
