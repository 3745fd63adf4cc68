using System.CommandLine;
using Balie.Commands;

var balie = new RootCommand("Balie: box office, shop, resale market and glossary in one program on one database.")
{
    Serve.Verb(),
    Migrate.Verb(),
    Verify.Verb(),
    Doctor.Verb(),
    Demo.Verb(),
    User.Verb(),
    ApiKey.Verb(),
    DeadLetters.Verb(),
    Jobs.Verb(),
};
return await Errand.Run(balie, args);
