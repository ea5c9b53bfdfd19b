using ChatOps.Testing.Telegram;

namespace ChatOps.Bot.Tests.Platforms;

/// <summary>Calls to Telegram fail in every way, its long poll is cut, it goes away.</summary>
internal sealed class TelegramStorms(Random random, TelegramSimulator telegram, Func<Task> settled, TimeProvider time, bool losesEdits)
    : Storms(random, time)
{
    private static readonly string[] Methods = ["sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates"];

    protected override async Task FailAsync()
    {
        var method = Methods[Random.Next(Methods.Length)];
        switch (Random.Next(7))
        {
            case 0:
                telegram.FailNext(TelegramFault.TooMany(Random.Next(1, 4)), Methods[Random.Next(2)]);
                break;
            case 1:
                telegram.FailNext(TelegramFault.Refuse(500, "Internal Server Error"), method);
                break;
            case 2:
                telegram.FailNext(TelegramFault.Html(502), method);
                break;
            case 3:
                telegram.FailNext(TelegramFault.Drop, method);
                break;
            case 4 when telegram.Polled:
                await telegram.CutPollAsync();
                break;
            // Only edits: happening twice they are seen once. A message whose answer is lost cannot be told from one that never arrived,
            // so it is sent again and seen twice.
            case 5 when losesEdits:
                telegram.FailNext(TelegramFault.LoseAnswer, "editMessageText");
                break;
            case 6 when !WasAway:
                // Cut off between a message and its answer it would be sent twice: none is taken any more before the end.
                telegram.ClearFaults();
                telegram.FailNext(TelegramFault.Drop, "sendMessage", int.MaxValue);
                await settled();
                await telegram.StopListeningAsync();
                telegram.ClearFaults();
                GoAway();
                break;
        }
    }

    protected override void ClearFaults() => telegram.ClearFaults();

    protected override Task ListenAgainAsync() => telegram.ListenAgainAsync();
}
