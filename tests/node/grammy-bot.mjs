// A bot made with grammy, unchanged, that talks to whatever Bot API it is pointed at. It says on standard output when it is ready.
//   node grammy-bot.mjs <apiRoot> <token> [poll | webhook | plain] [secret]
import { autoRetry } from '@grammyjs/auto-retry';
import { Bot, GrammyError, InlineKeyboard, InputFile, webhookCallback } from 'grammy';
import { createServer } from 'node:http';

const [apiRoot, token, mode = 'poll', secret] = process.argv.slice(2);
const bot = new Bot(token, { client: { apiRoot } });
const inThread = ctx => (ctx.message?.is_topic_message ? { message_thread_id: ctx.message.message_thread_id } : {});

bot.command('start', ctx => ctx.reply(`Hello <b>${ctx.from.first_name}</b> &amp; welcome`, { parse_mode: 'HTML', ...inThread(ctx) }));

bot.command('menu', ctx => ctx.reply('Pick one', {
  reply_markup: new InlineKeyboard().text('Yes', 'pick:yes').text('No', 'pick:no').row().url('Docs', 'https://core.telegram.org/bots'),
}));

bot.callbackQuery(/^pick:(.+)$/, async ctx => {
  await ctx.editMessageText(`You picked ${ctx.match[1]}`);
  await ctx.answerCallbackQuery({ text: 'Noted', show_alert: ctx.match[1] === 'no' });
});

// Whatever else is pressed is answered too, or the person would look at a spinner.
bot.on('callback_query:data', ctx => ctx.answerCallbackQuery({ text: `Unknown: ${ctx.callbackQuery.data}` }));

bot.command('broken', async ctx => {
  try {
    await ctx.reply('<b>never closed', { parse_mode: 'HTML' });
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
    await ctx.reply(`${error.error_code} ${error.description}`);
  }
});

bot.command('log', ctx => ctx.replyWithDocument(new InputFile(Buffer.from('line one\nline two ✓\n'), 'app.log'), { caption: 'The log' }));

bot.on('message:document', async ctx => {
  const file = await ctx.getFile();
  const bytes = await (await fetch(`${apiRoot}/file/bot${token}/${file.file_path}`)).arrayBuffer();
  await ctx.reply(`${ctx.message.document.file_name} has ${bytes.byteLength} bytes: ${Buffer.from(bytes).toString()}`);
});

bot.command('flood', async ctx => {
  let sent = 0;
  try {
    for (; sent < 50; sent++) await bot.api.sendMessage(ctx.chat.id, `flood ${sent}`);
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
    console.log(JSON.stringify({ sent, code: error.error_code, wait: error.parameters.retry_after, why: error.description }));
  }
});

bot.command('patient', async ctx => {
  ctx.api.config.use(autoRetry());
  for (let i = 1; i <= 5; i++) await ctx.reply(`patient ${i}`);
});

bot.on('my_chat_member', ctx => console.log(`now ${ctx.myChatMember.new_chat_member.status} in ${ctx.chat.id}`));
bot.catch(({ error }) => console.log(`error ${error.message}`));

process.stdin.on('end', () => process.exit(0)).resume();

if (mode !== 'plain') {
  await bot.api.setMyCommands([{ command: 'start', description: 'Say hello' }, { command: 'menu', description: 'Choose' }]);
  const groupsInGerman = { scope: { type: 'all_group_chats' }, language_code: 'de' };
  await bot.api.setMyCommands([{ command: 'log', description: 'Get the log' }], groupsInGerman);
}
if (mode === 'webhook') {
  const server = createServer(webhookCallback(bot, 'http', { secretToken: secret }));
  server.listen(0, '127.0.0.1', async () => {
    await bot.api.setWebhook(`http://127.0.0.1:${server.address().port}/`, { secret_token: secret });
    console.log('ready');
  });
} else {
  await bot.start({ onStart: () => console.log('ready') });
}
