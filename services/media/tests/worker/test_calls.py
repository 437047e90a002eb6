"""Calls of several people through a real worker."""


async def meet(*people):
    for someone in people:
        await someone.speaks()
    for someone in people:
        await someone.watches(*(other.name for other in people if other is not someone))


async def test_three_people_hear_and_see_each_other(person):
    ada, bob, eve = person("ada"), person("bob"), person("eve")

    await meet(ada, bob, eve)

    await ada.sees(bob, eve)
    await bob.sees(ada, eve)
    await eve.sees(ada, bob)
