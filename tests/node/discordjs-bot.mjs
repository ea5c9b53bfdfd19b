// A bot made with discord.js, unchanged, that talks to whatever Discord it is pointed at. It says on standard output when it is ready.
//   node discordjs-bot.mjs <root> <token> [guild]
import {
  ActionRowBuilder, ActivityType, AttachmentBuilder, ButtonBuilder, ButtonStyle, Client, DiscordAPIError, EmbedBuilder, Events,
  GatewayIntentBits, LabelBuilder, MessageFlags, ModalBuilder, SlashCommandBuilder, TextInputBuilder, TextInputStyle,
} from 'discord.js';

const [root, token, guildId] = process.argv.slice(2);
const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: `${root}/api`, version: '10' } });

const button = (id, label, style = ButtonStyle.Primary) => new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(style);
const row = (...parts) => new ActionRowBuilder().addComponents(...parts);
const simple = (name, description) => new SlashCommandBuilder().setName(name).setDescription(description);

const commands = [
  simple('deploy', 'Deploy a version')
    .addStringOption(o => o.setName('target').setDescription('What').setRequired(true).setAutocomplete(true))
    .addIntegerOption(o => o.setName('replicas').setDescription('How many').setMinValue(1).setMaxValue(9))
    .addStringOption(o => o.setName('way').setDescription('How')
      .addChoices({ name: 'Rolling', value: 'rolling' }, { name: 'All at once', value: 'big-bang' }))
    .addBooleanOption(o => o.setName('force').setDescription('Ask nothing'))
    .addUserOption(o => o.setName('by').setDescription('Whose wish'))
    .addRoleOption(o => o.setName('tell').setDescription('Whom to tell'))
    .addChannelOption(o => o.setName('where').setDescription('Where to tell'))
    .addNumberOption(o => o.setName('weight').setDescription('How much')),
  simple('secret', 'For you alone'), simple('whoami', 'Who are you'), simple('card', 'A card of its own'), simple('thread', 'A thread'),
  simple('burst', 'Seven at once'), simple('twice', 'Answer twice'), simple('slow', 'Never answer'), simple('wrong', 'Send rubbish'),
  simple('schedule', 'Plans').addSubcommand(s => s.setName('set').setDescription('Plan')
    .addStringOption(o => o.setName('when').setDescription('When').setRequired(true))),
];

const handlers = {
  async deploy(i) {
    await i.deferReply();
    const o = i.options;
    const parts = [o.getString('target'), o.getInteger('replicas'), o.getString('way'), o.getBoolean('force'), o.getUser('by')?.username,
      o.getRole('tell')?.name, o.getChannel('where')?.name, o.getNumber('weight')];
    await i.editReply(`Deploying ${parts.join(' ')}`);
    const embed = new EmbedBuilder().setTitle('Deploy').setColor(0x2ecc71).addFields({ name: 'Took', value: '41 s' });
    await i.editReply({ content: 'Deployed', embeds: [embed] });
    await i.followUp({ content: 'Details', components: [row(button('yes', 'Approve'), button('no', 'Deny', ButtonStyle.Danger))] });
  },
  secret: i => i.reply({ content: 'Only you', flags: MessageFlags.Ephemeral }),
  whoami: i => i.reply(`${i.user.username} ${i.inGuild() ? i.member.roles.cache.map(r => r.name).sort().join() : 'direct'}`),
  async card(i) {
    await i.reply({ content: 'On it', allowedMentions: { parse: [] } });
    const files = [new AttachmentBuilder(Buffer.from('line one\nline two ✓\n'), { name: 'app.log', description: 'The log' })];
    const snapshot = percent => [new EmbedBuilder().setTitle('Snapshot').setDescription(`${percent} %`)];
    const components = [row(button('again', 'Again'))];
    const message = await i.channel.send({
      content: '@everyone look', embeds: snapshot(58), files, components, allowedMentions: { parse: [] },
    });
    await message.edit({ content: 'done', embeds: snapshot(100) });
  },
  async thread(i) {
    await i.reply('Opened');
    const thread = await i.channel.threads.create({ name: 'incident' });
    await thread.send('in here');
  },
  async burst(i) {
    await i.reply('Counting');
    await Promise.all(Array.from({ length: 7 }, (_, n) => i.channel.send(`burst ${n + 1}`)));
  },
  async twice(i) {
    await i.reply('once');
    i.replied = false;
    const refusal = await i.reply('twice').catch(error => `${error.status} ${error.code} ${error.message}`);
    i.replied = true;
    await i.followUp(refusal);
  },
  slow: () => {},
  wrong: i => i.reply({ content: 'x'.repeat(2001) }).catch(error => {
    if (!(error instanceof DiscordAPIError)) throw error;
    return i.reply(`${error.code} ${error.message}`);
  }),
  schedule: i => i.reply(`${i.options.getSubcommand()} ${i.options.getString('when')}`),
};

client.on(Events.InteractionCreate, async i => {
  if (i.isAutocomplete()) {
    const typed = i.options.getFocused();
    return i.respond(['ghostwire', 'ghost', 'signal'].filter(t => t.startsWith(typed)).map(name => ({ name, value: name })));
  }
  if (i.isChatInputCommand()) return handlers[i.commandName](i);
  if (i.isModalSubmit()) return i.reply(`Denied: ${i.fields.getTextInputValue('reason')}`);
  if (!i.isButton()) return undefined;
  if (i.customId === 'yes') return i.update({ content: 'Approved', components: [] });
  if (i.customId === 'no') {
    const reason = new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Paragraph).setMaxLength(200);
    const label = new LabelBuilder().setLabel('Why?').setTextInputComponent(reason);
    return i.showModal(new ModalBuilder().setCustomId('deny').setTitle('Deny').addLabelComponents(label));
  }
  if (i.customId === 'again') {
    await i.deferUpdate();
    return i.editReply({ content: 'again', components: [] });
  }
  return i.reply({ content: `Unknown: ${i.customId}`, flags: MessageFlags.Ephemeral });
});

client.on(Events.ShardResume, (shard, replayed) => console.log(`resumed ${replayed}`));
client.on(Events.ShardDisconnect, event => console.log(`disconnected ${event.code}`));
client.on(Events.ShardReady, () => console.log('identified'));
client.on(Events.Error, error => console.log(`error ${error.message}`));
process.on('unhandledRejection', error => console.log(`rejected ${error.message}`));
process.stdin.on('end', () => process.exit(0)).resume();
if (process.env.DEBUG_DISCORD) client.on(Events.Debug, line => console.error(line));

client.once(Events.ClientReady, async () => {
  client.user.setPresence({ status: 'idle', activities: [{ name: 'the cluster', type: ActivityType.Watching }] });
  await client.application.commands.set(commands, guildId);
  console.log('ready');
});
client.login(token).catch(error => console.log(`login failed: ${error.message}`));
